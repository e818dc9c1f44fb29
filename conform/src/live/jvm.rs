//! A process of our Java client, and the lines that go to it and come from it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Outcome;
use super::guard::{Guard, Ward};
use super::java::Kafka;

/// What a client said.
#[derive(Debug)]
pub struct Said {
    /// Which process, by its number.
    pub jvm: u64,
    /// The line; null when the process is gone.
    pub line: Value,
}

/// One process.
pub struct Jvm {
    /// Its number: each process has one of its own.
    pub number: u64,
    /// The process.
    pub ward: Ward,
    pipe: ChildStdin,
}

impl Jvm {
    /// Starts one; what it says goes to `to`.
    pub fn start(guard: &Guard, kafka: &Kafka, number: u64, to: Sender<Said>) -> Outcome<Self> {
        let log = guard.root().join(format!("client-{number}.log"));
        let log = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut command = kafka.client();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut ward = guard.spawn(&mut command)?;
        let pipe = ward.child.stdin.take().ok_or("no pipe to a client")?;
        let lines = ward.child.stdout.take().ok_or("no pipe from a client")?;
        thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if to.send(Said { jvm: number, line }).is_err() {
                    return;
                }
            }
            let _ = to.send(Said { jvm: number, line: Value::Null });
        });
        Ok(Self { number, ward, pipe })
    }

    /// Gives it a command. One that is gone hears nothing; what it should have done is missed later.
    pub fn tell(&mut self, command: &Value) {
        let _ = writeln!(self.pipe, "{command}");
    }
}

/// The process that looks after the cluster: questions and answers.
pub struct Overseer {
    jvm: Jvm,
    answers: Receiver<Said>,
    asked: u64,
    /// Answers that came while somebody waited for another one.
    early: Vec<Value>,
}

impl Overseer {
    /// Starts it.
    pub fn start(guard: &Guard, kafka: &Kafka) -> Outcome<Self> {
        let (to, answers) = channel();
        let mut jvm = Jvm::start(guard, kafka, 0, to)?;
        jvm.tell(&json!({ "do": "cluster" }));
        Ok(Self { jvm, answers, asked: 0, early: Vec::new() })
    }

    /// Asks it something, such as `describe`, and does not wait; answers with the question's number.
    pub fn post(&mut self, what: &str, mut fields: Value) -> u64 {
        self.asked += 1;
        fields["do"] = json!(what);
        fields["id"] = json!(self.asked);
        self.jvm.tell(&fields);
        self.asked
    }

    /// The answer to a question, if it is there.
    pub fn answer(&mut self, question: u64) -> Option<Outcome<Value>> {
        self.early.extend(self.answers.try_iter().map(|said| said.line));
        let place = self.early.iter().position(|line| line["id"] == json!(question))?;
        Some(read(&self.early.swap_remove(place)))
    }

    /// Asks it something and waits for the answer.
    pub fn ask(&mut self, what: &str, fields: Value) -> Outcome<Value> {
        let question = self.post(what, fields);
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            if let Some(answer) = self.answer(question) {
                return answer.map_err(|error| format!("{what}: {error}"));
            }
            let left = until.saturating_duration_since(Instant::now());
            let said = self.answers.recv_timeout(left);
            let line = said.map_err(|_| format!("no answer to {what}"))?.line;
            if line.is_null() {
                return Err(format!("the overseer died of {what}"));
            }
            self.early.push(line);
        }
    }
}

fn read(line: &Value) -> Outcome<Value> {
    match line.get("error") {
        Some(error) => Err(error.to_string()),
        None => Ok(line["result"].clone()),
    }
}
