import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An application that reads: the poll loop, what it does with records, and when it commits. */
final class Reading implements Client.Role, Runnable {
    private final AtomicLong stalledMillis = new AtomicLong();
    private final Map<Integer, Integer> failures = new HashMap<>();
    private final Set<Integer> failing = new HashSet<>();
    private final Map<Integer, Integer> outputs = new HashMap<>();
    private JsonNode setup;
    private KafkaConsumer<String, byte[]> consumer;
    private KafkaProducer<String, byte[]> producer;
    private ExecutorService workers;
    private Thread thread;
    private volatile boolean closing;
    private volatile boolean ended;
    private boolean autoCommit;
    private int uncommitted;

    /** The application's own exception. */
    static final class CannotProcess extends RuntimeException {}

    @Override
    public void command(String name, JsonNode command) {
        switch (name) {
            case "consumer" -> create(command);
            case "go" -> Line.start(command.get("us").asLong());
            case "stall" -> stalledMillis.addAndGet(command.get("ms").asLong());
            case "close" -> {
                closing = true;
                consumer.wakeup();
            }
            default -> throw new IllegalArgumentException(name);
        }
    }

    private void create(JsonNode command) {
        setup = command;
        Line.start(command.path("us").asLong());
        Properties config = Line.properties(command.get("config"));
        autoCommit = Boolean.parseBoolean(config.getProperty("enable.auto.commit", "true"));
        command.path("failure").path("records").forEach(n -> failing.add(n.asInt()));
        command.path("failed_before").fields().forEachRemaining(
                e -> failures.put(Integer.valueOf(e.getKey()), e.getValue().asInt()));
        command.path("outputs").forEach(pair -> outputs.put(pair.get(0).asInt(), pair.get(1).asInt()));
        if (command.path("workers").asInt() > 0) {
            workers = Executors.newFixedThreadPool(command.get("workers").asInt());
        }
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        if (command.hasNonNull("producer")) {
            Properties sends = Line.properties(command.get("producer"));
            producer = new KafkaProducer<>(sends, new StringSerializer(), new Sending.Values());
        }
        thread = new Thread(this, "application");
        thread.start();
        Line.say("ready");
    }

    private boolean transactional() {
        return producer != null && setup.get("producer").hasNonNull("transactional.id");
    }

    @Override
    public void run() {
        try {
            if (transactional()) {
                Sending.repeat(producer::initTransactions);
            }
            List<String> topics = new ArrayList<>();
            setup.get("topics").forEach(topic -> topics.add(topic.asText()));
            consumer.subscribe(topics, new Listener());
            while (!closing) {
                poll();
            }
        } catch (WakeupException wakeup) {
            // close() was asked for.
        } catch (CannotProcess error) {
            if (setup.get("failure").path("then").asText("skip").equals("crash")) {
                Line.say("crashes");
                Runtime.getRuntime().halt(1);
            }
        } catch (ProducerFencedException | OutOfOrderSequenceException | InvalidPidMappingException fatal) {
            Line.say("fatal", "error", Line.name(fatal));
            producer.close(Duration.ZERO);
        } catch (KafkaException | InterruptedException error) {
            if (!ended) {
                Line.say("threw", "error", Line.name(error));
            }
        } catch (RuntimeException mistake) {
            // One of this program: a run that looks finished would be worse.
            mistake.printStackTrace();
            Runtime.getRuntime().halt(2);
        }
        if (!ended) {
            consumer.close();
            Line.say("closed");
        }
    }

    private void poll() throws InterruptedException {
        ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMillis(100));
        if (records.isEmpty()) {
            return;
        }
        for (TopicPartition partition : records.partitions()) {
            List<long[]> returned = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
                returned.add(new long[] {record.offset(), Line.record(record.value())});
            }
            Line.say("polled", "topic", partition.topic(), "partition", partition.partition(),
                    "records", returned);
        }
        String style = setup.get("commit").asText();
        if (!autoCommit && style.equals("sync-before")) {
            commitSync();
        }
        if (!process(records)) {
            return;
        }
        if (producer != null) {
            finishOutputs();
        } else if (!autoCommit && uncommitted >= setup.path("commit_every").asInt()) {
            if (style.equals("sync-after")) {
                commitSync();
                uncommitted = 0;
            } else if (style.equals("async-after")) {
                uncommitted = 0;
                consumer.commitAsync((offsets, error) -> {
                    if (error == null) {
                        committed(offsets);
                    } else {
                        Line.say("commit-failed", "error", Line.name(error));
                    }
                });
            }
        }
    }

    /** Works on the records, or hands them over. Answers whether they are done with. */
    private boolean process(ConsumerRecords<String, byte[]> records) throws InterruptedException {
        if (workers == null) {
            for (ConsumerRecord<String, byte[]> record : records) {
                if (!processOne(record)) {
                    return false;
                }
            }
            return true;
        }
        List<Future<?>> handed = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            handed.add(workers.submit(() -> processOne(record)));
        }
        if (!autoCommit && setup.get("commit").asText().endsWith("after")) {
            for (Future<?> one : handed) {
                try {
                    one.get();
                } catch (ExecutionException error) {
                    Line.say("threw", "error", Line.name(error.getCause()));
                }
            }
        }
        return true;
    }

    private boolean processOne(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        int id = Line.record(record.value());
        Thread.sleep(setup.path("processing_ms").asLong());
        for (long stall = stalledMillis.getAndSet(0); stall > 0; stall = stalledMillis.getAndSet(0)) {
            Thread.sleep(stall);
        }
        if (failing.contains(id)) {
            int before = failures.getOrDefault(id, 0);
            if (before < setup.get("failure").path("times").asInt(1)) {
                failures.put(id, before + 1);
                Line.say("processing-failed", "record", id, "offset", record.offset());
                if (setup.get("failure").path("then").asText("skip").equals("skip")) {
                    return true;
                }
                throw new CannotProcess();
            }
        }
        uncommitted++;
        boolean goesOn = true;
        Line.say("processed", "record", id, "offset", record.offset(), "topic", record.topic(),
                "partition", record.partition());
        if (producer != null && outputs.containsKey(id)) {
            goesOn = sendOutput(outputs.get(id), record.key());
        }
        return goesOn;
    }

    private boolean begun;

    private boolean sendOutput(int id, String key) {
        if (transactional() && !begun) {
            producer.beginTransaction();
            begun = true;
            Line.say("transaction-begun");
        }
        Line.say("created", "record", id);
        int bytes = setup.get("output_bytes").asInt();
        String topic = setup.get("output_topic").asText();
        try {
            producer.send(new ProducerRecord<>(topic, key, Line.value(id, bytes)), (metadata, error) -> {
                if (error == null) {
                    Line.say("acked", "record", id, "offset", metadata.offset());
                } else {
                    Line.say("failed", "record", id, "error", Line.name(error));
                }
            });
            return true;
        } catch (ProducerFencedException | OutOfOrderSequenceException fatal) {
            throw fatal;
        } catch (KafkaException failed) {
            abort();
            return false;
        }
    }

    /** Everything that poll() returned is processed: the transaction ends, or the consumer commits. */
    private void finishOutputs() {
        String offsets = setup.get("offsets").asText();
        if (transactional()) {
            if (!begun) {
                producer.beginTransaction();
                begun = true;
            }
            try {
                if (offsets.equals("transaction")) {
                    producer.sendOffsetsToTransaction(positions(), consumer.groupMetadata());
                }
                Sending.repeat(producer::commitTransaction);
                begun = false;
            } catch (ProducerFencedException | OutOfOrderSequenceException | InvalidPidMappingException fatal) {
                throw fatal;
            } catch (KafkaException error) {
                Line.say("commit-threw", "error", Line.name(error));
                abort();
                return;
            }
            Line.say("transaction-ended", "commit", true);
        } else {
            producer.flush();
        }
        if (offsets.equals("commit-sync")) {
            commitSync();
        }
    }

    /** An abort does not take the consumer back: the application seeks to what is committed. */
    private void abort() {
        Sending.repeat(producer::abortTransaction);
        begun = false;
        Line.say("transaction-ended", "commit", false);
        Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(consumer.assignment());
        for (TopicPartition partition : consumer.assignment()) {
            OffsetAndMetadata offset = known.get(partition);
            if (offset != null) {
                consumer.seek(partition, offset);
            } else {
                consumer.seekToBeginning(List.of(partition));
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> positions() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
        }
        return offsets;
    }

    private void commitSync() {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = positions();
            consumer.commitSync();
            committed(offsets);
        } catch (WakeupException wakeup) {
            throw wakeup;
        } catch (KafkaException error) {
            Line.say("commit-failed", "error", Line.name(error));
        }
    }

    private static void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> Line.say("offset-committed", "topic", partition.topic(),
                "partition", partition.partition(), "offset", offset.offset()));
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // The script begins with positions, not with a question that is still on its way.
            if (setup.path("initial").asBoolean()) {
                consumer.assignment().forEach(partition -> {
                    try {
                        consumer.position(partition, Duration.ofSeconds(10));
                    } catch (KafkaException unknown) {
                        Line.say("threw", "error", Line.name(unknown));
                    }
                });
            }
            Line.say("assigned", "partitions", consumer.assignment().size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (setup.path("commit_on_revoke").asBoolean()) {
                commitSync();
            }
            Line.say("revoked", "partitions", partitions.size());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            Line.say("revoked", "partitions", partitions.size(), "lost", true);
        }
    }

    @Override
    public void end() {
        ended = true;
        closing = true;
        consumer.wakeup();
        if (workers != null) {
            workers.shutdownNow();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
            if (!thread.isAlive()) {
                consumer.unsubscribe();
                consumer.close(Duration.ofSeconds(1));
            }
        } catch (Exception left) {
            // A closed one, or one that cannot leave: its session will end.
        }
        if (thread.isAlive()) {
            Runtime.getRuntime().halt(0);
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }
}
