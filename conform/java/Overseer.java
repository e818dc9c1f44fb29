import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Looks after the cluster: formats folders, creates topics, elects leaders, reads logs with Kafka's
 * own dump tool. It talks to the brokers directly, so that no fault of a script concerns it.
 */
final class Overseer implements Client.Role {
    private static final PrintStream REAL_OUT = System.out;
    private static final Pattern RECORD =
            Pattern.compile("^\\| offset: (\\d+) .*?(?:payload: (\\d+);|endTxnMarker: (\\w+))");
    private Admin admin;

    @Override
    public void command(String name, JsonNode command) {
        if (name.equals("cluster")) {
            end();
            return;
        }
        Map<String, Object> answer = new TreeMap<>();
        try {
            answer.put("result", answer(name, command));
        } catch (ExecutionException | InvocationTargetException error) {
            answer.put("error", String.valueOf(error.getCause()));
        } catch (Exception error) {
            answer.put("error", String.valueOf(error));
        }
        answer.put("id", command.get("id").asInt());
        List<Object> fields = new ArrayList<>();
        answer.forEach((field, value) -> {
            fields.add(field);
            fields.add(value);
        });
        Line.say("answer", fields.toArray());
    }

    private Object answer(String name, JsonNode command) throws Exception {
        return switch (name) {
            case "format" -> format(command.get("arguments"));
            case "connect" -> connect(command.get("bootstrap").asText());
            case "unfenced" -> admin.describeCluster().nodes().get(3, TimeUnit.SECONDS).stream().map(Node::id).sorted().toList();
            case "create-topic" -> createTopic(command);
            case "delete-topics" -> admin.deleteTopics(strings(command.get("topics"))).all().get(10, TimeUnit.SECONDS);
            case "describe" -> describe(strings(command.get("topics")));
            case "offsets" -> offsets(command.get("topic").asText(), command.get("partition").asInt());
            case "earliest" -> earliest(command.get("topic").asText(), command.get("partition").asInt());
            case "dump" -> dump(Path.of(command.get("folder").asText()));
            case "committed" -> committed(command.get("group").asText());
            case "alter" -> alter(command);
            case "elect" -> elect(command);
            case "reassign" -> reassign(command);
            case "add-partitions" -> admin.createPartitions(Map.of(command.get("topic").asText(),
                    NewPartitions.increaseTo(command.get("partitions").asInt()))).all().get();
            case "delete-records" -> admin.deleteRecords(Map.of(
                    new TopicPartition(command.get("topic").asText(), command.get("partition").asInt()),
                    RecordsToDelete.beforeOffset(command.get("before").asLong()))).all().get();
            case "expire-offsets" -> admin.deleteConsumerGroups(List.of(command.get("group").asText())).all().get();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static List<String> strings(JsonNode nodes) {
        List<String> strings = new ArrayList<>();
        nodes.forEach(node -> strings.add(node.asText()));
        return strings;
    }

    private static Object format(JsonNode arguments) throws Exception {
        Class<?> tool = Class.forName("kafka.tools.StorageTool");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Method execute = tool.getMethod("execute", String[].class, PrintStream.class);
        Object status = execute.invoke(null, strings(arguments).toArray(String[]::new), new PrintStream(printed));
        if (!status.equals(0)) {
            throw new IllegalStateException(printed.toString(StandardCharsets.UTF_8));
        }
        return status;
    }

    private Object connect(String bootstrap) {
        end();
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "client.id", "overseer",
                "request.timeout.ms", "2000", "default.api.timeout.ms", "6000",
                "reconnect.backoff.max.ms", "200"));
        return true;
    }

    private Object createTopic(JsonNode command) throws Exception {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        int partition = 0;
        for (JsonNode replicas : command.get("replicas")) {
            List<Integer> brokers = new ArrayList<>();
            replicas.forEach(broker -> brokers.add(broker.asInt()));
            assignments.put(partition++, brokers);
        }
        Map<String, String> config = new HashMap<>();
        command.get("config").fields().forEachRemaining(e -> config.put(e.getKey(), e.getValue().asText()));
        NewTopic topic = new NewTopic(command.get("topic").asText(), assignments).configs(config);
        admin.createTopics(List.of(topic)).all().get();
        return true;
    }

    /** Per topic its partitions, each with leader (0 for none), ISR and ELR. */
    private Object describe(Collection<String> topics) throws Exception {
        Map<String, TopicDescription> found =
                admin.describeTopics(topics).allTopicNames().get(3, TimeUnit.SECONDS);
        Map<String, Object> answer = new TreeMap<>();
        found.forEach((name, topic) -> answer.put(name, topic.partitions().stream()
                .map(partition -> Map.of("leader", Optional.ofNullable(partition.leader()).map(Node::id).orElse(0),
                        "isr", ids(partition.isr()), "elr", elr(partition)))
                .toList()));
        return answer;
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().map(Node::id).sorted().toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Integer> elr(TopicPartitionInfo partition) {
        try {
            // Not there before 4.0.
            Object elr = TopicPartitionInfo.class.getMethod("elr").invoke(partition);
            return elr == null ? List.of() : ids((List<Node>) elr);
        } catch (ReflectiveOperationException old) {
            return List.of();
        }
    }

    /** High watermark and last stable offset, as the leader tells them. */
    private Object offsets(String topic, int number) throws Exception {
        TopicPartition partition = new TopicPartition(topic, number);
        List<Long> answer = new ArrayList<>();
        for (IsolationLevel level : IsolationLevel.values()) {
            answer.add(admin.listOffsets(Map.of(partition, OffsetSpec.latest()),
                    new ListOffsetsOptions(level).timeoutMs(1500)).partitionResult(partition).get().offset());
        }
        return answer;
    }

    /** Where a log begins: files may hold older records that are deleted all the same. */
    private Object earliest(String topic, int number) throws Exception {
        TopicPartition partition = new TopicPartition(topic, number);
        return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()),
                new ListOffsetsOptions().timeoutMs(1500)).partitionResult(partition).get().offset();
    }

    /** The records of a partition's log, with Kafka's own tool: offset, record, or what a marker says. */
    private static Object dump(Path folder) throws Exception {
        List<Object> records = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return null;
        }
        List<Path> segments;
        try (var files = Files.list(folder)) {
            segments = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
        for (Path segment : segments) {
            for (String line : dumped(segment).split("\n")) {
                Matcher found = RECORD.matcher(line);
                if (found.find()) {
                    Object what = found.group(2) == null ? found.group(3) : Integer.valueOf(found.group(2));
                    records.add(List.of(Long.parseLong(found.group(1)), what));
                }
            }
        }
        return records;
    }

    private static String dumped(Path segment) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, false, StandardCharsets.UTF_8);
        System.setOut(out);
        try {
            Class<?> tool = dumpTool();
            Method main = tool.getMethod("main", String[].class);
            Object arguments = new String[] {"--print-data-log", "--files", segment.toString()};
            if (tool.getName().startsWith("kafka.")) {
                // Scala's Console does not follow System.setOut.
                Class<?> console = Class.forName("scala.Console");
                console.getMethod("withOut", java.io.OutputStream.class, Class.forName("scala.Function0"))
                        .invoke(null, out, scalaBlock(main, arguments));
            } else {
                main.invoke(null, arguments);
            }
        } finally {
            out.flush();
            System.setOut(REAL_OUT);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static Class<?> dumpTool() throws ClassNotFoundException {
        try {
            return Class.forName("org.apache.kafka.tools.DumpLogSegments");
        } catch (ClassNotFoundException old) {
            return Class.forName("kafka.tools.DumpLogSegments");
        }
    }

    private static Object scalaBlock(Method main, Object arguments) throws ClassNotFoundException {
        Class<?> block = Class.forName("scala.Function0");
        return java.lang.reflect.Proxy.newProxyInstance(block.getClassLoader(), new Class<?>[] {block},
                (proxy, method, args) -> method.getName().equals("apply") ? main.invoke(null, arguments) : null);
    }

    private Object committed(String group) throws Exception {
        Map<String, Long> answer = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(3, TimeUnit.SECONDS)
                .forEach((partition, offset) -> answer.put(partition.toString(), offset.offset()));
        return answer;
    }

    private Object alter(JsonNode command) throws Exception {
        ConfigResource.Type type = command.hasNonNull("topic") ? ConfigResource.Type.TOPIC : ConfigResource.Type.BROKER;
        ConfigResource resource = new ConfigResource(type, command.path("topic").asText(""));
        List<AlterConfigOp> operations = new ArrayList<>();
        command.get("config").fields().forEachRemaining(e -> operations.add(new AlterConfigOp(
                new ConfigEntry(e.getKey(), e.getValue().asText()), AlterConfigOp.OpType.SET)));
        admin.incrementalAlterConfigs(Map.of(resource, operations)).all().get();
        return true;
    }

    /** The same replicas in another order: the first one is the preferred leader. */
    private Object reassign(JsonNode command) throws Exception {
        List<Integer> replicas = new ArrayList<>();
        command.get("replicas").forEach(broker -> replicas.add(broker.asInt()));
        TopicPartition partition = new TopicPartition(command.get("topic").asText(), 0);
        admin.alterPartitionReassignments(Map.of(partition,
                Optional.of(new NewPartitionReassignment(replicas)))).all().get();
        return true;
    }

    private Object elect(JsonNode command) throws Exception {
        Set<TopicPartition> partitions = new java.util.HashSet<>();
        command.get("partitions").forEach(p -> partitions.add(new TopicPartition(p.get(0).asText(), p.get(1).asInt())));
        ElectionType type = command.get("unclean").asBoolean() ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
        return admin.electLeaders(type, partitions).partitions().get().values().stream()
                .map(error -> error.map(Line::name).orElse("elected")).collect(Collectors.toList());
    }

    @Override
    public void end() {
        if (admin != null) {
            admin.close(java.time.Duration.ZERO);
            admin = null;
        }
    }
}
