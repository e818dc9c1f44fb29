//! What splitting must not change, on small modules that are run for real.

use super::choice::Choice;
use super::module::Module;
use super::outline::MARK;
use super::profile::Marked;
use super::{FIRST, LATER, LOAD, Parts, Rules, split};
use std::collections::BTreeSet;
use wasmi::{Caller, Engine, Extern, Func, Linker, Store, Val};

/// Functions of every kind, with all ways to call: by name, through the table, back and forth.
const PROGRAM: &str = r#"(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "note" (func $note (param i32)))
  (memory (export "memory") 1)
  (global $depth (mut i32) (i32.const 100))
  (table $pointers 3 funcref)
  (elem (table $pointers) (i32.const 0) func $rare_pointed $usual_pointed)
  (data (i32.const 8) "\07")
  (func $usual (export "usual") (param i32) (result i32)
    (call $note (i32.const 1))
    (i32.add (local.get 0) (i32.load8_u (i32.const 8))))
  (func $rare (param i32 i64) (result i32)
    (call $note (i32.const 2))
    (global.set $depth (i32.sub (global.get $depth) (i32.const 1)))
    (i32.store8 (i32.const 8) (i32.wrap_i64 (local.get 1)))
    (call $only_for_rare (call $usual (local.get 0))))
  (func $only_for_rare (param i32) (result i32)
    (call_indirect $pointers (type $unary)
      (i32.add (local.get 0) (global.get $depth)) (i32.const 1)))
  (func $usual_pointed (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func $rare_pointed (param i32) (result i32) (i32.add (global.get $depth) (local.get 0)))
  (func $unusual_door (export "unusual") (param i32) (result i32) (call $rare (local.get 0) (i64.const 5)))
  (func (export "pointed") (param i32 i32) (result i32)
    (call_indirect $pointers (type $unary) (local.get 0) (local.get 1)))
  (func $rare_exported (export "exported") (result i32) (global.get $depth)))"#;

fn is_rare(name: &str) -> bool {
    name.starts_with("rare")
}

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a module")
}

const BY_NAME: Rules = Rules { rehearsed: |_| false, later: is_rare };
const BY_REHEARSAL: Rules = Rules { rehearsed: |_| true, later: |_| false };

fn by_name(text: &str) -> Parts {
    let nothing = |marked: &Marked| Ok(vec![0; marked.count()]);
    split(&wasm(text), &BY_NAME, nothing).expect("it can be split")
}

/// Splits a program by what runs when it is called so.
fn by_rehearsal(text: &str, calls: &[(&str, &[i32])]) -> Parts {
    let rehearse = |marked: &Marked| {
        let mut program = Program::start(&marked.bytes, None);
        for (name, arguments) in calls {
            program.call(name, arguments);
        }
        let memory = program.instance.get_memory(&program.store, "memory").expect("a memory");
        let at = marked.at as usize;
        Ok(memory.data(&program.store)[at..at + marked.count()].to_vec())
    };
    split(&wasm(text), &BY_REHEARSAL, rehearse).expect("it can be split")
}

/// What was noted, and the places for which the later part was loaded.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    notes: Vec<i32>,
    loads: Vec<i32>,
}

/// A running program.
struct Program {
    store: Store<Seen>,
    instance: wasmi::Instance,
}

impl Program {
    fn whole(text: &str) -> Self {
        Self::start(&wasm(text), None)
    }

    fn in_parts(parts: Parts) -> Self {
        Self::start(&parts.first, Some(parts.later))
    }

    fn start(first: &[u8], later: Option<Vec<u8>>) -> Self {
        let engine = Engine::default();
        let mut store = Store::new(&engine, Seen::default());
        let mut linker = Linker::new(&engine);
        let note = |mut caller: Caller<'_, Seen>, it: i32| caller.data_mut().notes.push(it);
        linker.func_wrap("env", "note", note).expect("a new name");
        let load = move |mut caller: Caller<'_, Seen>, place: i32| {
            caller.data_mut().loads.push(place);
            load(&mut caller, later.as_deref().expect("there is a later part"));
        };
        linker.func_wrap(LATER, LOAD, load).expect("a new name");
        let module = wasmi::Module::new(&engine, first).expect("a valid module");
        let instance = linker.instantiate_and_start(&mut store, &module).expect("it starts");
        Self { store, instance }
    }

    fn call(&mut self, name: &str, arguments: &[i32]) -> i32 {
        let function = self.instance.get_func(&self.store, name).expect("it is exported");
        let arguments: Vec<Val> = arguments.iter().map(|it| Val::I32(*it)).collect();
        let mut result = [Val::I32(0)];
        function.call(&mut self.store, &arguments, &mut result).expect("no trap");
        result[0].i32().expect("a number")
    }
}

/// What `static/boot.js` does.
fn load(caller: &mut Caller<'_, Seen>, later: &[u8]) {
    let module = wasmi::Module::new(caller.engine(), later).expect("a valid module");
    let mut imports = Vec::new();
    for import in module.imports() {
        let found = match import.module() {
            FIRST => {
                let place: u64 = import.name().parse().expect("a place");
                let table = caller.get_export(FIRST).and_then(Extern::into_table).expect("a table");
                let function = table.get(&mut *caller, place).expect("a function");
                Extern::Func(func(&function))
            }
            _ => caller.get_export(import.name()).expect("the first part has it"),
        };
        imports.push(found);
    }
    wasmi::Instance::new(&mut *caller, &module, &imports).expect("it fits");
}

fn func(value: &wasmi::Ref) -> Func {
    match value {
        wasmi::Ref::Func(wasmi::Nullable::Val(function)) => *function,
        other => panic!("{other:?} is no function"),
    }
}

const CALLS: &[(&str, &[i32])] = &[
    ("usual", &[1]),
    ("pointed", &[4, 1]),
    ("unusual", &[2]),
    ("usual", &[1]),
    ("unusual", &[3]),
    ("pointed", &[4, 0]),
    ("exported", &[]),
];

#[test]
fn in_two_parts_it_does_the_same() {
    let (mut whole, mut parts) = (Program::whole(PROGRAM), Program::in_parts(by_name(PROGRAM)));
    for (name, arguments) in CALLS {
        let (expected, given) = (whole.call(name, arguments), parts.call(name, arguments));
        assert_eq!(given, expected, "{name} {arguments:?}");
    }
    assert_eq!(parts.store.data().notes, whole.store.data().notes);
}

#[test]
fn it_loads_when_it_is_needed_and_once() {
    let mut program = Program::in_parts(by_name(PROGRAM));
    program.call("usual", &[1]);
    program.call("pointed", &[4, 1]);
    assert_eq!(program.store.data().loads, []);
    program.call("unusual", &[2]);
    assert_eq!(program.store.data().loads.len(), 1);
    for (name, arguments) in CALLS {
        program.call(name, arguments);
    }
    assert_eq!(program.store.data().loads.len(), 1);
}

#[test]
fn every_way_in_is_a_door() {
    for (name, arguments) in [("unusual", &[2][..]), ("pointed", &[4, 0]), ("exported", &[])] {
        let mut program = Program::in_parts(by_name(PROGRAM));
        program.call(name, arguments);
        let place = program.store.data().loads[0] as usize;
        let door = &by_name(PROGRAM).doors[place];
        assert!(is_rare(door), "{name} went through {door:?}");
    }
}

fn chosen(text: &str) -> BTreeSet<String> {
    let bytes = wasm(text);
    let module = Module::read(&bytes).expect("a module");
    let asked = module.defined().filter(|it| is_rare(module.name(*it))).collect();
    let choice = Choice::of(&module, asked);
    choice.later.iter().map(|it| module.name(*it).to_owned()).collect()
}

#[test]
fn what_only_the_later_part_calls_is_later() {
    let later = ["only_for_rare", "rare", "rare_exported", "rare_pointed"];
    assert_eq!(chosen(PROGRAM), BTreeSet::from(later.map(str::to_owned)));
}

#[test]
fn what_names_a_segment_stays() {
    let text = r#"(module (memory 1) (data $d "x")
      (func $rare (export "rare") (call $rare_too) (data.drop $d))
      (func $rare_too (call $helper))
      (func $helper (data.drop $d)))"#;
    assert_eq!(chosen(text), BTreeSet::from(["rare_too".to_owned()]));
    let parts = by_name(text);
    let engine = Engine::default();
    for part in [&parts.first, &parts.later] {
        wasmi::Module::new(&engine, part).expect("a valid module");
    }
}

/// A function with a case for every way to leave one: by its end, to what is behind, by a return,
/// out of a loop, or not at all. `MORE` stands for enough to be worth a function of its own.
const CASES: &str = r#"(module
  (memory (export "memory") 1)
  (func $work (export "work") (param $n i32) (param $case i32) (result i32)
    (local $x i32) (local $y i64) (local $z f64)
    (local.set $x (i32.const 5))
    (block $after
      (block $case5 (block $case4 (block $case3 (block $case2 (block $case1 (block $case0
        (br_table $case0 $case1 $case2 $case3 $case4 $case5 $after (local.get $case)))
        MORE (br $after))
        MORE (return (i32.add (local.get $x) (local.get $n))))
        (loop $again
          MORE
          (br_if $after (i32.eq (local.get $n) (i32.const 3)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_if $again (i32.gt_s (local.get $n) (i32.const 0)))))
        MORE (local.set $y (i64.extend_i32_s (local.get $x))))
        (if (i32.and (local.get $n) (i32.const 1))
          (then MORE (local.set $z (f64.convert_i32_s (local.get $x))))
          (else MORE (return (local.get $x))))
        (br_table $after $case5 (local.get $n)))
      MORE)
    (i32.add (local.get $x)
      (i32.add (i32.wrap_i64 (local.get $y)) (i32.trunc_f64_s (local.get $z))))))"#;

fn cases() -> String {
    let step = "(local.set $x (i32.rem_s (i32.add (i32.mul (local.get $x) (i32.const 3)) \
                (local.get $n)) (i32.const 1009)))";
    CASES.replace("MORE", &step.repeat(8))
}

#[test]
fn what_did_not_run_in_a_function_is_later_and_does_the_same() {
    let text = cases();
    let mut outlined = 0;
    for rehearsed in 0..7 {
        let parts = by_rehearsal(&text, &[("work", &[2, rehearsed])]);
        outlined += parts.doors.iter().filter(|door| door.contains(MARK)).count();
        let (mut whole, mut parts) = (Program::whole(&text), Program::in_parts(parts));
        parts.call("work", &[2, rehearsed]);
        assert_eq!(parts.store.data().loads, [], "what was rehearsed, case {rehearsed}");
        for (n, case) in (0..6).flat_map(|n| (-1..7).map(move |case| (n, case))) {
            let (expected, given) =
                (whole.call("work", &[n, case]), parts.call("work", &[n, case]));
            assert_eq!(given, expected, "n {n}, case {case}, after case {rehearsed}");
        }
    }
    assert!(outlined >= 7 * 3, "only {outlined} regions");
}

#[test]
fn what_did_not_run_at_all_is_later() {
    let parts = by_rehearsal(PROGRAM, &[("usual", &[1]), ("pointed", &[4, 1])]);
    let doors = ["rare_exported", "rare_pointed", "unusual_door"];
    assert!(parts.doors.iter().all(|door| doors.contains(&door.as_str())), "{:?}", parts.doors);
    let (mut whole, mut parts) = (Program::whole(PROGRAM), Program::in_parts(parts));
    for (name, arguments) in CALLS {
        assert_eq!(parts.call(name, arguments), whole.call(name, arguments), "{name}");
    }
}

/// Things in memory, with words that look like addresses in tables: what the first part names, what that points to, what only the later part knows.
const THINGS: &str = r#"(module
  (memory (export "memory") 1)
  (data (i32.const 1024) "\18\04\00\00\b2\05\00\00\d8\05\00\00")
  (data (i32.const 1048) "pointed")
  (data (i32.const 1150) "rare thing")
  (data (i32.const 1216) "seen")
  (data (i32.const 1220) "rare more")
  (data (i32.const 1400) "ABCD")
  (data (i32.const 1404) "rare last")
  (data (i32.const 1456) "\00\00\00\3frare table")
  (data (i32.const 1492) "\00\00\00\3fmet table")
  (data (i32.const 1531) "rare text")
  (data (i32.const 1540) "exact!")
  (data (i32.const 1700) "rare bits")
  (data (i32.const 1800) "rare end")
  (data (i32.const 1808) "table!")
  (func (export "counted") (param i32) (result i32) (i32.load8_u offset=1808 (local.get 0)))
  (func (export "shifted") (param i32) (result i32)
    (i32.shr_u (i32.const 1703) (i32.shl (local.get 0) (i32.const 3))))
  (func (export "exactly") (result i32) (i32.add (i32.const 1540) (i32.const 6)))
  (func (export "usual") (result i32) (i32.load8_u (i32.load (i32.const 1024))))
  (func (export "write") (param i32) (result i32)
    (i32.store8 (i32.const 1216) (local.get 0)) (i32.load8_u (i32.const 1216)))
  (func (export "from_behind") (param i32) (result i32)
    (i32.load8_u (i32.add (i32.const 1404) (local.get 0))))
  (func (export "read") (result i32) (i32.load8_u (i32.const 1216)))
  (func $rare (export "unusual") (param i32) (result i32)
    (i32.add (i32.load8_u offset=1150 (local.get 0)) (i32.load8_u (i32.const 1220)))))"#;

fn holds(module: &[u8], text: &str) -> bool {
    module.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn what_only_the_later_part_can_reach_comes_with_it() {
    let parts = by_name(THINGS);
    for (text, is_first) in [
        ("pointed", true),
        ("seen", true),
        ("ABCD", true),
        ("rare thing", false),
        ("rare more", false),
        // What is in no place of a word of a table only looks like an address.
        ("rare table", false),
        ("met table", true),
        // Named with its length, a text is not where another one ends.
        ("rare text", false),
        ("exact!", true),
        // An offset is where something begins, not where it ends.
        ("rare end", false),
        ("table!", true),
        // What is shifted is no address.
        ("rare bits", false),
    ] {
        assert_eq!(holds(&parts.first, text), is_first, "{text}");
        assert_eq!(holds(&parts.later, text), !is_first, "{text}");
    }
    let mut program = Program::in_parts(parts);
    assert_eq!(program.call("usual", &[]), i32::from(b'p'));
    assert_eq!(program.call("write", &[7]), 7);
    assert_eq!(program.call("unusual", &[5]), i32::from(b't') + i32::from(b'r'));
    assert_eq!(program.call("from_behind", &[-4]), i32::from(b'A'));
    // What was written between them is still there.
    assert_eq!(program.call("read", &[]), 7);
    assert_eq!(program.store.data().loads.len(), 1);
}
