//! The headless command line.
use ackscope::model::{Setup, run};
use ackscope::script::Script;

fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let (script, resolved) = Script::load(&text).unwrap();
    let run = run(&Setup::new(&script, &resolved));
    for e in &run.trace { println!("{:>4} {:>10} {:?} {:?}", e.id.0, e.at_us, e.cause.map(|c| c.0), e.kind); }
    println!("{:?}", run.end);
}
