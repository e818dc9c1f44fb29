import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An application that sends: its planned records at their times, and what the script asks for. */
final class Sending implements Client.Role, Runnable {
    /** A record of the script. */
    record Plan(int id, String topic, Integer partition, String key, int bytes, long atMicros,
                long aheadMillis, boolean unserializable) {
        static Plan of(JsonNode node) {
            return new Plan(node.get("id").asInt(), node.get("topic").asText(),
                    node.hasNonNull("partition") ? node.get("partition").asInt() : null,
                    node.hasNonNull("key") ? node.get("key").asText() : null,
                    node.get("bytes").asInt(), node.path("at_us").asLong(),
                    node.path("ahead_ms").asLong(), node.path("unserializable").asBoolean());
        }

        ProducerRecord<String, byte[]> record() {
            Long timestamp = aheadMillis == 0 ? null : System.currentTimeMillis() + aheadMillis;
            byte[] value = unserializable ? null : Line.value(id, bytes);
            return new ProducerRecord<>(topic, partition, timestamp, key, value);
        }
    }

    /** A serializer that fails on what the script says cannot be serialized. */
    static final class Values implements Serializer<byte[]> {
        private final ByteArraySerializer bytes = new ByteArraySerializer();

        @Override
        public byte[] serialize(String topic, byte[] value) {
            if (value == null) {
                throw new org.apache.kafka.common.errors.SerializationException("unserializable");
            }
            return bytes.serialize(topic, value);
        }
    }

    private final BlockingQueue<JsonNode> commands = new LinkedBlockingQueue<>();
    private final List<Plan> plans = new ArrayList<>();
    private final Map<Integer, Plan> known = new HashMap<>();
    private final Map<Integer, Integer> resends = new HashMap<>();
    private final BlockingQueue<Plan> again = new LinkedBlockingQueue<>();
    private JsonNode setup;
    private KafkaProducer<String, byte[]> producer;
    private Thread thread;
    private volatile boolean over;

    // What the open transaction holds.
    private final List<Plan> inTransaction = new ArrayList<>();
    private boolean open;
    private int begun;
    private final Set<Integer> aborts = new HashSet<>();

    @Override
    public void command(String name, JsonNode command) {
        switch (name) {
            case "producer" -> create(command);
            case "go" -> {
                Line.start(command.get("us").asLong());
                thread = new Thread(this, "application");
                thread.start();
            }
            default -> commands.add(command);
        }
    }

    private void create(JsonNode command) {
        setup = command;
        Properties config = Line.properties(command.get("config"));
        producer = new KafkaProducer<>(config, new StringSerializer(), new Values());
        for (JsonNode node : command.get("records")) {
            Plan plan = Plan.of(node);
            known.put(plan.id(), plan);
            if (node.get("planned").asBoolean()) {
                plans.add(plan);
            }
        }
        command.path("again").forEach(id -> again.add(known.get(id.asInt())));
        command.path("transaction").path("abort").forEach(n -> aborts.add(n.asInt()));
        // A script begins with clients that know where things are.
        known.values().stream().map(Plan::topic).distinct().forEach(producer::partitionsFor);
        Line.say("ready");
    }

    private boolean transactional() {
        return setup.hasNonNull("transaction");
    }

    @Override
    public void run() {
        try {
            if (transactional()) {
                repeat(producer::initTransactions);
            }
            int next = 0;
            while (!over) {
                Plan plan = next < plans.size() ? plans.get(next) : null;
                long wait = plan == null ? 50_000 : Math.max(0, plan.atMicros() - Line.micros());
                Plan repeated = again.poll();
                if (repeated != null) {
                    send(repeated, true);
                    continue;
                }
                JsonNode command = commands.poll(Math.min(wait, 50_000), TimeUnit.MICROSECONDS);
                if (command != null) {
                    obey(command);
                } else if (plan != null && plan.atMicros() <= Line.micros()) {
                    next++;
                    send(plan, false);
                    afterSend(next);
                }
            }
        } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException end) {
            // The script is over.
        } catch (KafkaException fatal) {
            Line.say("fatal", "error", Line.name(fatal));
            producer.close(Duration.ZERO);
        }
    }

    private void obey(JsonNode command) throws InterruptedException {
        switch (command.get("do").asText()) {
            case "send" -> {
                Plan plan = known.get(command.get("record").asInt());
                send(plan, false);
            }
            case "resend" -> send(known.get(command.get("record").asInt()), true);
            case "flush" -> {
                producer.flush();
                Line.say("flushed");
            }
            case "close" -> {
                over = true;
                if (setup.hasNonNull("close_timeout_ms")) {
                    producer.close(Duration.ofMillis(setup.get("close_timeout_ms").asLong()));
                } else {
                    producer.close();
                }
                Line.say("closed");
            }
            default -> throw new IllegalArgumentException(command.toString());
        }
    }

    private void send(Plan plan, boolean resent) throws InterruptedException {
        if (transactional() && !open) {
            producer.beginTransaction();
            open = true;
            begun++;
            Line.say("transaction-begun");
        }
        Line.say(resent ? "resent" : "created", "record", plan.id());
        String style = setup.get("style").asText();
        try {
            if (style.equals("fire-and-forget")) {
                producer.send(plan.record());
            } else {
                long called = Line.micros();
                Future<RecordMetadata> future = producer.send(plan.record(), (m, e) -> told(plan, m, e, called));
                if (style.equals("blocking")) {
                    future.get();
                }
            }
            inTransaction.add(plan);
        } catch (ExecutionException told) {
            inTransaction.add(plan);
        } catch (KafkaException | IllegalStateException thrown) {
            if (thrown instanceof org.apache.kafka.common.errors.InterruptException) {
                throw thrown;
            }
            if (open && !(thrown instanceof org.apache.kafka.common.errors.SerializationException)) {
                // The transaction has failed already: the application aborts it and tries again.
                endTransaction(false);
                again.add(plan);
                return;
            }
            told(plan, null, thrown, Line.micros());
        }
    }

    private void told(Plan plan, RecordMetadata metadata, Exception error, long calledMicros) {
        if (error == null) {
            Line.say("acked", "record", plan.id(), "offset", metadata.offset(),
                    "took_us", Line.micros() - calledMicros);
            return;
        }
        Line.say("failed", "record", plan.id(), "error", Line.name(error),
                "message", String.valueOf(error.getMessage()));
        int done = resends.getOrDefault(plan.id(), 0);
        if (error instanceof RetriableException && done < setup.path("resend").asInt()) {
            resends.put(plan.id(), done + 1);
            again.add(plan);
        }
    }

    private void afterSend(int sent) throws InterruptedException {
        int flushEvery = setup.path("flush_every").asInt();
        if (flushEvery > 0 && sent % flushEvery == 0) {
            producer.flush();
        }
        if (!open) {
            return;
        }
        boolean last = sent >= plans.size() && again.isEmpty();
        if (inTransaction.size() >= setup.get("transaction").get("records").asInt() || last) {
            endTransaction(!aborts.contains(begun));
        }
    }

    private void endTransaction(boolean commit) {
        List<Plan> records = new ArrayList<>(inTransaction);
        boolean failed = !commit && !aborts.contains(begun);
        try {
            if (commit) {
                repeat(producer::commitTransaction);
            } else {
                repeat(producer::abortTransaction);
            }
        } catch (ProducerFencedException | OutOfOrderSequenceException | AuthorizationException
                | InvalidPidMappingException fatal) {
            throw fatal;
        } catch (KafkaException error) {
            if (!commit) {
                throw error;
            }
            Line.say("commit-threw", "error", Line.name(error));
            failed = true;
            commit = false;
            repeat(producer::abortTransaction);
        }
        open = false;
        inTransaction.clear();
        Line.say("transaction-ended", "commit", commit);
        if (failed && setup.get("transaction").path("retry").asBoolean()) {
            again.addAll(records);
        }
    }

    /** A call that ran out of max.block.ms is made again: its outcome is unknown. */
    static void repeat(Runnable call) {
        while (true) {
            try {
                call.run();
                return;
            } catch (TimeoutException timeout) {
                Line.say("call-timed-out");
            }
        }
    }

    @Override
    public void end() {
        over = true;
        if (thread != null) {
            thread.interrupt();
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }
}
