//! The project's two commands, `cargo xtask serve` and `cargo xtask test`, and `build`, `bench`,
//! `soak` and `conform` beside them.
//!
//! Each looks for what it needs, installs what is missing, says what it does and how long it
//! takes, and may be run again at any time. Arguments are read with `lexopt`, because this crate
//! is the first thing that a fresh machine compiles.

mod apt;
mod bench;
mod browser;
mod build;
mod conform;
mod later;
mod optimize;
mod pack;
mod panics;
mod probe;
mod rehearsal;
mod report;
mod serve;
mod shell;
mod site;
mod size;
mod slim;
mod soak;
mod split;
mod test;
mod toolchain;
mod tools;

use lexopt::prelude::*;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

  serve [--release] [--port 8080] [--open]
      Builds the app, serves it at 127.0.0.1 and builds again when a source changes.
  build [--debug]
      Builds the site into dist/, ready for any web server and any path.
  test [--only fmt,clippy,library,native,site,size,browser,firefox]
      Runs every check and every test; with --only, these steps alone.
  bench [--json] [--browser [--minutes 1]]
      Measures the model beside a bare heap, natively and in a browser; with --browser the page:
      frames, seeks, memory over so many minutes, bytes of a first visit.
  soak [--minutes 10]
      Checks random runs with fresh seeds until it is stopped, or for so long.
  conform [--record] [--smoke] [--repeat N] [--verbose] [NAME…]
      Runs scripts on real Apache Kafka and compares the model with what happened.

Each command installs what it lacks first. ACKSCOPE_WASM_TOOLCHAIN=system makes them build the
app with the system's own Rust, as they do where rustup cannot add the wasm target.";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Task {
    Help,
    Serve(serve::Options),
    Build { release: bool },
    Test(test::Only),
    Bench(bench::Options),
    Soak { minutes: Option<u64> },
    Conform(Vec<String>),
}

fn main() -> ExitCode {
    let outcome = parse(lexopt::Parser::from_env())
        .map_err(|error| format!("{error}\n\n{HELP}"))
        .and_then(run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> shell::Outcome<()> {
    match task {
        Task::Help => {
            println!("{HELP}");
            Ok(())
        }
        Task::Serve(options) => serve::serve(&options),
        Task::Build { release } => build::build_and_tell(release),
        Task::Test(only) => test::test(&only),
        Task::Bench(options) => bench::bench(&options),
        Task::Soak { minutes } => soak::soak(minutes),
        Task::Conform(arguments) => conform::conform(&arguments),
    }
}

fn parse(mut args: lexopt::Parser) -> Result<Task, lexopt::Error> {
    let mut task = match args.next()? {
        Some(Value(name)) => match name.string()?.as_str() {
            "serve" => Task::Serve(serve::Options::default()),
            "build" => Task::Build { release: true },
            "test" => Task::Test(test::Only::default()),
            "bench" => Task::Bench(bench::Options::default()),
            "soak" => Task::Soak { minutes: None },
            "conform" => {
                let rest = args.raw_args()?.map(|arg| arg.to_string_lossy().into_owned());
                return Ok(Task::Conform(rest.collect()));
            }
            "help" => Task::Help,
            other => return Err(format!("there is no command `{other}`").into()),
        },
        None | Some(Short('h') | Long("help")) => Task::Help,
        Some(other) => return Err(other.unexpected()),
    };
    while let Some(arg) = args.next()? {
        match (&mut task, arg) {
            (_, Short('h') | Long("help")) => return Ok(Task::Help),
            (Task::Serve(options), Long("release")) => options.release = true,
            (Task::Serve(options), Long("open")) => options.open = true,
            (Task::Serve(options), Long("port")) => options.port = args.value()?.parse()?,
            (Task::Build { release }, Long("debug")) => *release = false,
            (Task::Build { release }, Long("release")) => *release = true,
            (Task::Bench(options), Long("json")) => options.json = true,
            (Task::Bench(options), Long("browser")) => options.browser = true,
            (Task::Bench(options), Long("minutes")) => {
                options.minutes = Some(args.value()?.parse()?)
            }
            (Task::Soak { minutes }, Long("minutes")) => *minutes = Some(args.value()?.parse()?),
            (Task::Test(only), Long("only")) => only.add(&args.value()?.string()?)?,
            (_, other) => return Err(other.unexpected()),
        }
    }
    Ok(task)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Task, String> {
        parse(lexopt::Parser::from_args(args)).map_err(|error| error.to_string())
    }

    #[test]
    fn serve_takes_a_port() {
        let Ok(Task::Serve(options)) = parsed(&["serve", "--port", "9000", "--release"]) else {
            panic!("not a serve command");
        };
        assert_eq!((options.port, options.release, options.open), (9000, true, false));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for args in [&["sevre"][..], &["build", "--fast"], &["test", "--only", "nothing"]] {
            assert!(parsed(args).is_err(), "{args:?} was accepted");
        }
    }

    #[test]
    fn a_soak_ends_when_it_is_told() {
        assert_eq!(parsed(&["soak"]), Ok(Task::Soak { minutes: None }));
        assert_eq!(parsed(&["soak", "--minutes", "3"]), Ok(Task::Soak { minutes: Some(3) }));
        assert!(parsed(&["soak", "--minutes", "long"]).is_err());
    }

    #[test]
    fn the_harness_reads_its_own_arguments() {
        let given =
            |args: &[&str]| Task::Conform(args.iter().map(|arg| (*arg).to_owned()).collect());
        assert_eq!(parsed(&["conform", "--record", "07-"]), Ok(given(&["--record", "07-"])));
        assert_eq!(parsed(&["conform"]), Ok(given(&[])));
    }

    #[test]
    fn the_site_is_a_release_build_unless_told_otherwise() {
        assert_eq!(parsed(&["build"]), Ok(Task::Build { release: true }));
        assert_eq!(parsed(&["build", "--debug"]), Ok(Task::Build { release: false }));
    }
}
