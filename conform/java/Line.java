import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * The line protocol: commands come in, events go out, one JSON object a line.
 *
 * <p>An event whose name is held stops its thread until the harness says {@code release}: what a
 * script does at that very moment is done before the client goes on.
 */
final class Line {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    /** Kafka's own tools print to System.out; the protocol keeps the real one to itself. */
    private static final PrintStream OUT = System.out;

    private static final Set<String> HELD = new HashSet<>();
    private static final Map<Integer, CountDownLatch> WAITING = new HashMap<>();
    private static int holds;
    private static volatile long startNanos = System.nanoTime();

    private Line() {}

    /** The next command; null when the harness is gone. */
    static JsonNode read() throws IOException {
        String line = IN.readLine();
        return line == null ? null : JSON.readTree(line);
    }

    static void hold(JsonNode names) {
        synchronized (WAITING) {
            HELD.clear();
            if (names != null) {
                names.forEach(name -> HELD.add(name.asText()));
            }
        }
    }

    static void release(int hold) {
        synchronized (WAITING) {
            CountDownLatch latch = WAITING.remove(hold);
            if (latch != null) {
                latch.countDown();
            }
        }
    }

    /** The script's time is zero now. */
    static void start(long alreadyMicros) {
        startNanos = System.nanoTime() - alreadyMicros * 1000;
    }

    static long micros() {
        return (System.nanoTime() - startNanos) / 1000;
    }

    /** Says what happened; the fields are names and values in turn. */
    static void say(String event, Object... fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.put("us", micros());
        for (int i = 0; i < fields.length; i += 2) {
            line.put((String) fields[i], fields[i + 1]);
        }
        CountDownLatch latch = null;
        synchronized (WAITING) {
            if (HELD.contains(event)) {
                latch = new CountDownLatch(1);
                line.put("hold", ++holds);
                WAITING.put(holds, latch);
            }
            write(line);
        }
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void write(Object line) {
        try {
            OUT.println(JSON.writeValueAsString(line));
            OUT.flush();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Properties properties(JsonNode config) {
        Properties properties = new Properties();
        config.fields().forEachRemaining(e -> properties.put(e.getKey(), e.getValue().asText()));
        return properties;
    }

    /** The name of an exception as an application would log it. */
    static String name(Throwable error) {
        return error.getClass().getSimpleName();
    }

    /** A message's number is the beginning of its value; the rest only gives it its size. */
    static byte[] value(int record, int bytes) {
        byte[] value = new byte[bytes];
        java.util.Arrays.fill(value, (byte) '.');
        byte[] number = (record + ";").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(number, 0, value, 0, number.length);
        return value;
    }

    static int record(byte[] value) {
        int number = 0;
        for (byte b : value) {
            if (b == ';') {
                break;
            }
            number = number * 10 + (b - '0');
        }
        return number;
    }
}
