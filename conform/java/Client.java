import com.fasterxml.jackson.databind.JsonNode;

/** One process of an application, or the one that looks after the cluster. */
public final class Client {
    private Client() {}

    /** What a role does with a command. */
    interface Role {
        void command(String name, JsonNode command) throws Exception;

        /** Forgets everything, so that the process can play another part. */
        void end();
    }

    public static void main(String[] args) throws Exception {
        Role role = null;
        Line.say("up");
        for (JsonNode command = Line.read(); command != null; command = Line.read()) {
            String name = command.get("do").asText();
            switch (name) {
                case "producer", "consumer", "cluster" -> {
                    Line.hold(command.get("holds"));
                    role = role(name);
                    role.command(name, command);
                }
                case "release" -> Line.release(command.get("hold").asInt());
                case "end" -> {
                    Line.hold(null);
                    if (role != null) {
                        role.end();
                    }
                    Line.say("ended");
                }
                default -> role.command(name, command);
            }
        }
        // The harness is gone: nobody is told anything any more.
        Runtime.getRuntime().halt(0);
    }

    private static Role role(String name) {
        return switch (name) {
            case "producer" -> new Sending();
            case "consumer" -> new Reading();
            default -> new Overseer();
        };
    }
}
