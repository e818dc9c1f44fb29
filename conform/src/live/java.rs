//! What comes from Maven Central, and how a process of it is started.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::Outcome;

/// The releases that stand for the minor lines that scripts name.
const RELEASES: &[(&str, &str)] =
    &[("3.9", "3.9.2"), ("4.0", "4.0.1"), ("4.1", "4.1.2"), ("4.2", "4.2.1"), ("4.3", "4.3.1")];

/// One release of Kafka on this machine: brokers, clients and tools, and our own client.
#[derive(Clone, Debug)]
pub struct Kafka {
    /// Its version, such as `4.3.1`.
    pub version: String,
    java: PathBuf,
    jars: PathBuf,
    classes: PathBuf,
}

impl Kafka {
    /// Makes sure that a release is there. Maven fetches it once; it stays below `target/`.
    pub fn ensure(line: &str) -> Outcome<Self> {
        let release = RELEASES.iter().find(|(minor, _)| *minor == line);
        let known: Vec<_> = RELEASES.iter().map(|(minor, _)| *minor).collect();
        let (_, version) = release.ok_or_else(|| {
            format!("no release stands for Kafka {line}; there are {}", known.join(", "))
        })?;
        let java = tool("java")?;
        let cache = target_dir().join("conform");
        let kafka = Self {
            version: (*version).to_owned(),
            java,
            jars: cache.join(format!("kafka-{version}")),
            classes: cache.join(format!("classes-{version}")),
        };
        kafka.fetch()?;
        kafka.compile()?;
        Ok(kafka)
    }

    fn fetch(&self) -> Outcome<()> {
        let done = self.jars.join("complete");
        if done.is_file() {
            return Ok(());
        }
        println!("    fetching Apache Kafka {} with Maven", self.version);
        let mut maven = Command::new(tool("mvn")?);
        maven.args(["-q", "-B", "-f"]).arg(home().join("pom.xml"));
        maven.arg(format!("-Dkafka.version={}", self.version));
        maven.arg("dependency:copy-dependencies");
        maven.arg(format!("-DoutputDirectory={}", self.jars.display()));
        run(&mut maven)?;
        fs::write(&done, "").map_err(|error| format!("{}: {error}", done.display()))
    }

    fn compile(&self) -> Outcome<()> {
        let sources = files(&home().join("java"))?;
        let built = modified(&self.classes.join("Client.class"));
        if built.is_some() && sources.iter().all(|source| modified(source) < built) {
            return Ok(());
        }
        let mut javac = Command::new(tool("javac")?);
        javac.args(["-nowarn", "-Xlint:-deprecation", "-d"]).arg(&self.classes);
        javac.arg("-cp").arg(self.jars.join("*")).args(sources);
        run(javac.stderr(Stdio::null()))
    }

    /// The archive of loaded classes, which halves the time that a server takes to start.
    fn archive(&self) -> PathBuf {
        self.jars.join("server.jsa")
    }

    /// Where a server is to write the archive when it ends, if there is none yet.
    pub fn lacks_archive(&self) -> Option<PathBuf> {
        let archive = self.archive();
        (!archive.is_file()).then_some(archive)
    }

    /// A process of a broker or controller. Small, and polite to whoever else uses the machine.
    pub fn server(&self, properties: &Path, archives: Option<&Path>) -> Command {
        let mut command = self.java("384m");
        match archives {
            Some(file) => command.arg(format!("-XX:ArchiveClassesAtExit={}", file.display())),
            None => command.arg(format!("-XX:SharedArchiveFile={}", self.archive().display())),
        };
        command.arg("-cp").arg(self.jars.join("*"));
        command.arg("kafka.Kafka").arg(properties);
        command
    }

    /// A process of our own client.
    pub fn client(&self) -> Command {
        let mut command = self.java("192m");
        let jars = self.jars.join("*");
        command.arg("-cp").arg(format!("{}:{}", self.classes.display(), jars.display()));
        command.arg("Client");
        command
    }

    fn java(&self, heap: &str) -> Command {
        let mut command = Command::new("nice");
        command.args(["-n", "10"]).arg(&self.java).arg(format!("-Xmx{heap}"));
        command.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]);
        command.args(["-XX:ActiveProcessorCount=2", "-XX:-UsePerfData"]);
        command.args([
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-Dorg.slf4j.simpleLogger.showThreadName=false",
        ]);
        command
    }
}

/// The folder of the harness.
fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where builds go.
pub fn target_dir() -> PathBuf {
    let root = home().parent().map(Path::to_path_buf).unwrap_or_default();
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

fn tool(name: &str) -> Outcome<PathBuf> {
    let of_java = env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = of_java.into_iter().chain(env::split_paths(&path));
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| {
        format!("`{name}` is missing: real Kafka needs a JDK (17 or newer) and Maven (Debian: openjdk-17-jdk-headless, maven)")
    })
}

fn run(command: &mut Command) -> Outcome<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("{command:?} failed: {other:?}")),
    }
}

fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}
