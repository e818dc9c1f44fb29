import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes configs.json anew: what the classes of each version of Kafka say of every property of producers,
 * consumers, topics and brokers. No line of it is written by hand.
 *
 * <p>In a folder with a folder for each version (named 4.3 for example), in which are the jars of kafka_2.13
 * (before 2.4: kafka_2.12) of that version's last patch release, and all that these need:
 *
 * <p>java tests/script/Configs.java FOLDER &gt; tests/script/configs.json
 *
 * <p>The first line has the releases. Each other line has a scope, a property, and what there is to say of it
 * in each version from which on something is different: nothing where Kafka does not have it, else its type
 * (with "internal" where users should not set it), its default (null without one), what its validator says of itself, how it can be changed while brokers run
 * (a broker's: "read-only", "per-broker", "cluster-wide"), and the property of the brokers that gives its
 * default (a topic's).
 */
class Configs {
    public static void main(String[] args) throws Exception {
        Map<String, Map<String, String>> all = new TreeMap<>();
        List<String> releases = new ArrayList<>();
        List<String> versions = new ArrayList<>();
        File[] folders = new File(args[0]).listFiles(File::isDirectory);
        Arrays.sort(folders, (a, b) -> Integer.compare(order(a.getName()), order(b.getName())));
        for (File folder : folders) {
            versions.add(folder.getName());
            releases.add(new Kafka(folder).read(folder.getName(), all));
        }
        StringBuilder out = new StringBuilder("[\n" + list(releases));
        all.forEach((key, byVersion) -> {
            List<String> changes = new ArrayList<>();
            String last = "";
            for (String version : versions) {
                String now = byVersion.getOrDefault(version, "");
                if (!now.equals(last)) {
                    changes.add("[" + json(version) + (now.isEmpty() ? "" : ", " + now) + "]");
                }
                last = now;
            }
            String[] names = key.split(" ");
            out.append(",\n[" + json(names[0]) + ", " + json(names[1]) + ", " + String.join(", ", changes) + "]");
        });
        System.out.println(out + "\n]");
    }

    static int order(String version) {
        String[] numbers = version.split("\\.");
        return Integer.parseInt(numbers[0]) * 100 + Integer.parseInt(numbers[1]);
    }

    static String list(List<String> texts) {
        return "[" + String.join(", ", texts.stream().map(Configs::json).toList()) + "]";
    }

    static String json(String text) {
        return text == null ? "null" : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}

/** The classes of one version. */
class Kafka {
    private final URLClassLoader classes;
    private final File folder;

    Kafka(File folder) throws Exception {
        this.folder = folder;
        List<URL> jars = new ArrayList<>();
        for (File jar : folder.listFiles()) {
            jars.add(jar.toURI().toURL());
        }
        classes = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        // Old versions look for their own classes by it.
        Thread.currentThread().setContextClassLoader(classes);
    }

    /** Adds every property, and answers the release. */
    String read(String version, Map<String, Map<String, String>> all) throws Exception {
        add("producer", version, all, "org.apache.kafka.clients.producer.ProducerConfig.CONFIG");
        add("consumer", version, all, "org.apache.kafka.clients.consumer.ConsumerConfig.CONFIG");
        add("topic", version, all, "org.apache.kafka.storage.internals.log.LogConfig.CONFIG", "kafka.log.LogConfig$.configDef");
        add("broker", version, all, "kafka.server.KafkaConfig$.configDef", "org.apache.kafka.server.config.AbstractKafkaConfig.CONFIG_DEF");
        for (File jar : folder.listFiles((dir, name) -> name.startsWith("kafka-clients-"))) {
            return jar.getName().replaceAll("kafka-clients-|\\.jar", "");
        }
        throw new IOException("no clients in " + folder);
    }

    private void add(String scope, String version, Map<String, Map<String, String>> all, String... places) throws Exception {
        Object def = null;
        for (int n = 0; def == null; n++) {
            def = find(places[n]);
        }
        Set<String> dynamic = scope.equals("broker") ? names("AllDynamicConfigs", "ALL_DYNAMIC_CONFIGS") : null;
        Set<String> perBroker = scope.equals("broker") ? names("PerBrokerConfigs", "PER_BROKER_CONFIGS") : null;
        Map<?, ?> keys = (Map<?, ?>) call(def, "configKeys");
        for (Object key : keys.values()) {
            String name = (String) get(key, "name");
            String said = say(key);
            if (dynamic != null) {
                String mode = perBroker.contains(name) ? "per-broker" : dynamic.contains(name) ? "cluster-wide" : "read-only";
                said += ", " + Configs.json(mode);
            }
            if (scope.equals("topic")) {
                said += ", " + Configs.json(synonym(def, name));
            }
            all.computeIfAbsent(scope + " " + name, it -> new TreeMap<>()).put(version, said);
        }
    }

    private String say(Object key) throws Exception {
        boolean has = (boolean) call(key, "hasDefault");
        Object value = has ? get(key, "defaultValue") : null;
        if (value instanceof List<?> words) {
            value = String.join(",", words.stream().map(word -> word instanceof Class<?> it ? it.getName() : "" + word).toList());
        } else if (value instanceof Class<?> it) {
            value = it.getName();
        }
        Object validator = get(key, "validator");
        // Those that say nothing of themselves have an address for a name.
        String range = validator == null ? null : validator.toString().replaceAll("@[0-9a-f]+$|\\$\\$Lambda.*", "");
        String type = get(key, "type") + (isInternal(key) ? " internal" : "");
        return Configs.json(type) + ", " + Configs.json(value == null ? null : value.toString())
            + ", " + Configs.json(range);
    }

    /** Whether it is none that users should set; there are such since 2.0. */
    private static boolean isInternal(Object key) throws Exception {
        try {
            return (boolean) get(key, "internalConfig");
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    private String synonym(Object def, String name) throws Exception {
        try {
            Object synonym = def.getClass().getMethod("serverConfigName", String.class).invoke(def, name);
            if (synonym instanceof java.util.Optional<?> it) {
                return (String) it.orElse(null);
            }
            return (boolean) call(synonym, "isDefined") ? (String) call(synonym, "get") : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** The names in a set of those that can be changed while brokers run; none before there was such a thing. */
    private Set<String> names(String scala, String java) throws Exception {
        Object found = find("kafka.server.DynamicBrokerConfig$." + scala);
        for (String home : List.of("org.apache.kafka.server.config.DynamicBrokerConfig.", "org.apache.kafka.server.config.DynamicConfig.", "kafka.server.DynamicBrokerConfig.")) {
            found = found == null ? find(home + java) : found;
        }
        Set<String> names = new TreeSet<>();
        if (found instanceof Set<?> set) {
            set.forEach(it -> names.add((String) it));
        } else if (found != null) {
            Object each = call(found, "iterator");
            while ((boolean) call(each, "hasNext")) {
                names.add((String) call(each, "next"));
            }
        }
        return names;
    }

    /** A static field, or one of a Scala object; null where there is no such class or field. */
    private Object find(String place) throws Exception {
        int dot = place.lastIndexOf('.');
        try {
            Class<?> home = Class.forName(place.substring(0, dot), true, classes);
            String name = place.substring(dot + 1);
            for (Field field : home.getDeclaredFields()) {
                // Scala gives some the name of their home as well.
                if (field.getName().equals(name) || field.getName().endsWith("$$" + name)) {
                    field.setAccessible(true);
                    return field.get(home.getName().endsWith("$") ? home.getField("MODULE$").get(null) : null);
                }
            }
        } catch (ClassNotFoundException e) {
            // Another version has it.
        }
        return null;
    }

    private static Object get(Object it, String field) throws Exception {
        Field found = it.getClass().getDeclaredField(field);
        found.setAccessible(true);
        return found.get(it);
    }

    private static Object call(Object it, String name) throws Exception {
        for (Class<?> type = it.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == 0) {
                    method.setAccessible(true);
                    return method.invoke(it);
                }
            }
        }
        return it.getClass().getMethod(name).invoke(it);
    }
}
