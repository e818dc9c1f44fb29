//! A rehearsal of the first visit: the app runs in an interpreter, in a world that answers it just
//! well enough to play the first lesson to its end. What does not run then may load later.
//!
//! The world has no memory: objects are made as they are asked for, numbers are 0 and texts empty
//! unless said otherwise here. If the app asks for more one day, the worst is that too little counts
//! as needed at once; a test in a real browser would see it.

use crate::shell::Outcome;
use std::collections::{BTreeMap, VecDeque};
use wasmi::{
    Caller, Engine, ExternRef, ExternType, Func, FuncType, Instance, Linker, Module, Nullable, Ref,
    Store, Val, ValType,
};

/// Objects that are there; others that might be missing are.
const OBJECTS: &[&str] = &[
    "static_accessor_GLOBAL_THIS",
    "static_accessor_WINDOW",
    "static_accessor_SELF",
    "document",
    "documentElement",
    "body",
    "getContext",
    "localStorage",
    "item",
];
/// What is asked of every object, and not so here.
const NOT: &[&str] = &["instanceof_ShadowRoot"];
const YES: &[&str] = &["is_function", "requestAnimationFrame", "setTimeout"];
/// Windows: whether they have room for panels beside the stage, and how large elements are in them:
/// the stage where there is, and the flat timeline where there is not.
const WINDOWS: &[(bool, f64, f64)] = &[
    (true, 1260.0, 530.0),
    (true, 864.0, 427.0),
    // So low that the picture is drawn smaller.
    (true, 864.0, 400.0),
    (false, 1009.0, 36.0),
    (false, 485.0, 36.0),
    (false, 375.0, 36.0),
];
/// How the size of an element is asked for.
const WIDTHS: &[&str] = &["clientWidth", "offsetWidth", "scrollWidth"];
const HEIGHTS: &[&str] = &["clientHeight", "offsetHeight", "scrollHeight"];
/// Numbers that are not 0.
const NUMBERS: &[(&str, f64)] =
    &[("devicePixelRatio", 1.0), ("cache_key", NONE), ("listener_id", NONE), ("subtree_id", NONE)];
/// A number that is missing.
const NONE: f64 = 9_007_199_254_740_991.0;
/// The longest step that the app takes at once.
const FRAME_MS: f64 = 100.0;
/// So many frames without a new moment, and the lesson is over.
const STILL_FRAMES: usize = 20;
const FRAMES_MAX: usize = 2_000;

/// What the app has given away to be called.
#[derive(Clone, Debug)]
struct Closure {
    invoke: String,
    a: i32,
    b: i32,
}

/// What stands for a value of the browser.
#[derive(Clone, Debug)]
enum Object {
    Thing,
    /// A number, or a truth.
    Number(f64),
    Closure(Closure),
}

#[derive(Default)]
struct World {
    /// What media queries answer, but those that few people's browsers affirm.
    wide: bool,
    /// The size of every element.
    size: (f64, f64),
    tasks: VecDeque<Closure>,
    frames: VecDeque<Closure>,
    /// The page's own blank text was found, and need not be found again.
    cleared: bool,
    /// What the app has taken back.
    dead: Vec<Closure>,
    /// The attribute that says which moment is shown.
    moment: String,
    instance: Option<Instance>,
    said: Option<String>,
}

/// What media queries ask of few people's browsers.
const RARE: &[&str] = &["reduce", "contrast"];

/// Runs the app in windows of several kinds, and gives the marks that it sets: so many, from a place
/// in its memory on.
pub fn rehearse(bytes: &[u8], glue: &str, at: u64, count: usize) -> Outcome<Vec<u8>> {
    let mut marks = vec![0; count];
    for (wide, width, height) in WINDOWS.iter().copied() {
        let window = World { wide, size: (width, height), ..World::default() };
        let more = rehearse_in(window, bytes, glue, at)?;
        if more.len() < count {
            return Err("the app's memory is too small".to_owned());
        }
        marks.iter_mut().zip(more).for_each(|(mark, more)| *mark |= more);
    }
    Ok(marks)
}

fn rehearse_in(window: World, bytes: &[u8], glue: &str, at: u64) -> Outcome<Vec<u8>> {
    let engine = Engine::default();
    let module = Module::new(&engine, bytes).map_err(|error| format!("the app: {error}"))?;
    let mut store = Store::new(&engine, window);
    let linker = world(&module, &mut store, &closures(glue))?;
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .map_err(|error| format!("the app: {error}"))?;
    store.data_mut().instance = Some(instance);
    call(&mut store, "__wbindgen_start", &[])?;
    play(&mut store)?;
    let memory = instance.get_memory(&store, "memory").ok_or("the app has no memory")?;
    Ok(memory.data(&store).get(at as usize..).unwrap_or_default().to_vec())
}

fn play(store: &mut Store<World>) -> Outcome<()> {
    let (mut still, mut last) = (0, String::new());
    for frame in 0..FRAMES_MAX {
        while let Some(task) = store.data_mut().tasks.pop_front() {
            invoke(store, &task, None)?;
        }
        let frames = std::mem::take(&mut store.data_mut().frames);
        for callback in &frames {
            invoke(store, callback, Some(frame as f64 * FRAME_MS))?;
        }
        let moment = &store.data().moment;
        still = if *moment == last { still + 1 } else { 0 };
        last.clone_from(moment);
        if still == STILL_FRAMES || frames.is_empty() {
            break;
        }
    }
    if last.is_empty() || last == "0" {
        return Err(format!("the app did not play in the rehearsal: it is at `{last}`"));
    }
    Ok(())
}

fn invoke(store: &mut Store<World>, closure: &Closure, argument: Option<f64>) -> Outcome<()> {
    let function = function(store, &closure.invoke)?;
    let mut given = vec![Val::I32(closure.a), Val::I32(closure.b)];
    for _ in function.ty(&*store).params().iter().skip(2) {
        given.push(fresh(&mut *store, argument.map_or(Object::Thing, Object::Number)));
    }
    call(store, &closure.invoke, &given)?;
    for dead in std::mem::take(&mut store.data_mut().dead) {
        call(store, "__wbindgen_destroy_closure", &[Val::I32(dead.a), Val::I32(dead.b)])?;
    }
    Ok(())
}

fn function(store: &Store<World>, name: &str) -> Outcome<Func> {
    let instance = store.data().instance.as_ref();
    instance
        .and_then(|instance| instance.get_func(store, name))
        .ok_or_else(|| format!("the app has no function `{name}`"))
}

fn call(store: &mut Store<World>, name: &str, given: &[Val]) -> Outcome<()> {
    let function = function(store, name)?;
    let kinds = function.ty(&*store);
    let mut told: Vec<Val> = kinds.results().iter().map(|kind| nothing(*kind)).collect();
    function.call(&mut *store, given, &mut told).map_err(|error| {
        let said = store.data().said.clone().unwrap_or_default();
        format!("the rehearsal of the app: {error} {said}")
    })
}

/// Answers everything that the app asks of the browser.
fn world(
    module: &Module,
    store: &mut Store<World>,
    closures: &BTreeMap<String, String>,
) -> Outcome<Linker<World>> {
    let mut linker = Linker::new(store.engine());
    for import in module.imports() {
        let ExternType::Func(kind) = import.ty() else {
            return Err(format!("the app asks for `{}`, which is no function", import.name()));
        };
        let (name, invoke) = (stem(import.name()).to_owned(), closures.get(import.name()).cloned());
        let answer = answer(name, invoke, kind.clone());
        let function = Func::new(&mut *store, kind.clone(), answer);
        linker
            .define(import.module(), import.name(), function)
            .map_err(|error| error.to_string())?;
    }
    Ok(linker)
}

fn answer(
    name: String,
    invoke: Option<String>,
    kind: FuncType,
) -> impl Fn(Caller<'_, World>, &[Val], &mut [Val]) -> Result<(), wasmi::Error> {
    move |mut caller, given, told| {
        if let (Some(invoke), [Val::I32(a), Val::I32(b)]) = (&invoke, given) {
            let closure = Closure { invoke: invoke.clone(), a: *a, b: *b };
            told[0] = fresh(&mut caller, Object::Closure(closure));
            return Ok(());
        }
        notice(&mut caller, &name, given)?;
        match (kind.results(), given) {
            ([ValType::ExternRef], _) => told[0] = fresh(&mut caller, Object::Thing),
            ([ValType::I32], _) if OBJECTS.contains(&name.as_str()) => {
                told[0] = in_table(&mut caller, Object::Thing)?;
            }
            ([ValType::I32], _) if name == "lastChild" && !caller.data().cleared => {
                caller.data_mut().cleared = true;
                told[0] = in_table(&mut caller, Object::Thing)?;
            }
            ([ValType::I32], [_, Val::I32(query), Val::I32(length)]) if name == "matchMedia" => {
                let query = text(&caller, *query, *length);
                let is = caller.data().wide && !RARE.iter().any(|rare| query.contains(rare));
                told[0] = in_table(&mut caller, Object::Number(f64::from(u8::from(is))))?;
            }
            ([ValType::I32], [list]) if name == "matches" => {
                let is = as_number(&caller, list) == Some(1.0);
                told[0] = Val::I32(i32::from(is));
            }
            ([ValType::I32], _) if WIDTHS.contains(&name.as_str()) => {
                told[0] = Val::I32(caller.data().size.0 as i32);
            }
            ([ValType::I32], _) if HEIGHTS.contains(&name.as_str()) => {
                told[0] = Val::I32(caller.data().size.1 as i32);
            }
            ([ValType::I32], _) => told[0] = Val::I32(number(&name) as i32),
            ([ValType::F64], _) => told[0] = Val::F64(number(&name).into()),
            ([], [Val::I32(place), object @ Val::ExternRef(_)]) if name == "number_get" => {
                let number = as_number(&caller, object);
                let mut answer = [0; 16];
                answer[0] = u8::from(number.is_some());
                answer[8..].copy_from_slice(&number.unwrap_or_default().to_le_bytes());
                write(&mut caller, *place, &answer)?;
            }
            // A text, by its place and length: an empty one.
            ([], [Val::I32(place), Val::ExternRef(_), ..]) => {
                write(&mut caller, *place, &[1, 0, 0, 0, 0, 0, 0, 0])?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Remembers the little that matters.
fn notice(caller: &mut Caller<'_, World>, name: &str, given: &[Val]) -> Result<(), wasmi::Error> {
    match (name, given) {
        ("queueMicrotask" | "new", [task]) | ("then", [_, task]) | ("setTimeout", [task, _]) => {
            let task = closure(caller, task);
            caller.data_mut().tasks.extend(task);
        }
        ("_wbg_cb_unref", [dead]) => {
            let dead = closure(caller, dead);
            caller.data_mut().dead.extend(dead);
        }
        ("requestAnimationFrame", [_, frame]) => {
            let frame = closure(caller, frame);
            caller.data_mut().frames.extend(frame);
        }
        (
            "setAttribute",
            [_, Val::I32(name), Val::I32(length), Val::I32(value), Val::I32(size)],
        ) if text(caller, *name, *length) == "data-time-us" => {
            caller.data_mut().moment = text(caller, *value, *size);
        }
        ("throw" | "error", [Val::I32(place), Val::I32(length)]) => {
            let said = text(caller, *place, *length);
            caller.data_mut().said = Some(said.clone());
            return Err(wasmi::Error::new(said));
        }
        _ => {}
    }
    Ok(())
}

fn number(name: &str) -> f64 {
    let known = NUMBERS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    let yes = YES.contains(&name) || name.starts_with("instanceof_") && !NOT.contains(&name);
    known.unwrap_or(if yes { 1.0 } else { 0.0 })
}

/// `__wbg_setAttribute_f75317b2b5cabfb4` is `setAttribute`.
fn stem(name: &str) -> &str {
    let name = name.strip_prefix("__wbg_").unwrap_or(name);
    let name = name.strip_prefix("__wbindgen_").unwrap_or(name);
    name.rsplit_once('_').filter(|(_, hash)| hash.len() == 16).map_or(name, |(stem, _)| stem)
}

/// Which imports make functions of the app, and by which export those are called: the script that
/// comes with the app says so.
fn closures(glue: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in glue.split("__wbindgen_").skip(1) {
        let name = part.split(':').next().unwrap_or_default();
        let body = part.split("return ").next().unwrap_or_default();
        let invoke = body.split("Closure(arg0, arg1, ").nth(1).and_then(|it| it.split(')').next());
        if let Some(invoke) = invoke {
            found.insert(format!("__wbindgen_{name}"), invoke.to_owned());
        }
    }
    found
}

fn fresh(store: impl wasmi::AsContextMut, object: Object) -> Val {
    Val::ExternRef(Nullable::Val(ExternRef::new(store, object)))
}

fn nothing(kind: ValType) -> Val {
    Val::default_for_ty(kind)
}

fn closure(caller: &Caller<'_, World>, value: &Val) -> Option<Closure> {
    let Val::ExternRef(Nullable::Val(object)) = value else { return None };
    match object.data(caller).downcast_ref()? {
        Object::Closure(closure) => Some(closure.clone()),
        _ => None,
    }
}

fn as_number(caller: &Caller<'_, World>, value: &Val) -> Option<f64> {
    let Val::ExternRef(Nullable::Val(object)) = value else { return None };
    match object.data(caller).downcast_ref()? {
        Object::Number(number) => Some(*number),
        _ => None,
    }
}

/// A new object in the app's table of objects.
fn in_table(caller: &mut Caller<'_, World>, object: Object) -> Result<Val, wasmi::Error> {
    let gone = || wasmi::Error::new("the app has no table of objects");
    let alloc = caller.get_export("__externref_table_alloc").and_then(|it| it.into_func());
    let table = caller.get_export("__wbindgen_externrefs").and_then(|it| it.into_table());
    let (alloc, table) = (alloc.ok_or_else(gone)?, table.ok_or_else(gone)?);
    let mut place = [Val::I32(0)];
    alloc.call(&mut *caller, &[], &mut place)?;
    let Val::I32(index) = place[0] else { return Err(gone()) };
    let object = Ref::Extern(Nullable::Val(ExternRef::new(&mut *caller, object)));
    table
        .set(caller, index as u64, object)
        .map_err(|error| wasmi::Error::new(error.to_string()))?;
    Ok(Val::I32(index))
}

fn memory(caller: &Caller<'_, World>) -> Option<wasmi::Memory> {
    caller.get_export("memory").and_then(|it| it.into_memory())
}

fn text(caller: &Caller<'_, World>, place: i32, length: i32) -> String {
    let (place, length) = (place as usize, length as usize);
    let bytes = memory(caller).and_then(|it| it.data(caller).get(place..place + length));
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

fn write(caller: &mut Caller<'_, World>, place: i32, bytes: &[u8]) -> Result<(), wasmi::Error> {
    let memory = memory(caller).ok_or_else(|| wasmi::Error::new("the app has no memory"))?;
    memory
        .write(caller, place as usize, bytes)
        .map_err(|error| wasmi::Error::new(error.to_string()))
}
