//! Two worlds side by side, and the records of a fate, as a user comes to them.

use ackscope::lab::turning_point;
use ackscope::model::ids::RecordId;
use ackscope::player::Player;
use ackscope::stage::{self, Part, Still, Theme, View};
use ackscope::verdict::{Fate, Reason};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::story::{click, digest, evaluate, now_us, open, press, scrub, story, until};
use crate::tune::paused;

/// Counts of the table, fate by fate: in A and in B.
const VERDICTS: &str = "Object.fromEntries([...document.querySelectorAll('.verdicts tbody tr')]
    .map(row => [row.dataset.fate, [...row.querySelectorAll('td')].map(it => Number(it.dataset.count))]))";

/// The records that the page says end differently, in either world.
const DIFFERING: &str =
    "[...document.querySelectorAll('.verdicts tr[data-fate=lost] [data-record]')]
    .map(it => it.dataset.record)";

const ACKS: &str = "[data-property=acks] input[value=all]";

/// The story with `acks=all`, natively.
fn repaired() -> Player {
    let mut script = story().script().clone();
    script.producers[0].config.insert("acks".to_owned(), "all".into());
    Player::new(script).expect("a run")
}

fn counts(player: &Player, fate: Fate) -> usize {
    let records = 1..=player.setup().records.len() as u32;
    records.filter(|id| player.verdict(RecordId(*id)).fate == fate).count()
}

async fn to_the_end(browser: &Browser) {
    scrub(browser, 1e9).await;
}

#[tokio::test]
async fn a_setting_changed_in_world_b_shows_who_would_have_been_saved() {
    let (a, b) = (story(), repaired());
    let (_site, browser) = open(1440, 900).await;
    click(&browser, "[data-action=compare]").await;
    // At first they are the same.
    until(&browser, "document.querySelectorAll('.world canvas').length === 2").await;
    assert_eq!(evaluate(&browser, "document.querySelector('.differences li')").await, json!(null));

    press(&browser, ACKS).await;
    until(&browser, "document.querySelector('.differences li')?.textContent === 'acks 1 → all'")
        .await;
    assert_eq!(digest(&browser).await, format!("{:016x}", b.digest()));
    to_the_end(&browser).await;
    until(&browser, "document.querySelector('.verdicts tr[data-fate=lost]')").await;
    let verdicts = evaluate(&browser, VERDICTS).await;
    for fate in [Fate::Delivered, Fate::Lost] {
        let expected = [counts(&a, fate), counts(&b, fate)];
        assert_eq!(verdicts[fate.word()], json!(expected), "{}", fate.word());
    }
    assert_eq!(evaluate(&browser, DIFFERING).await, json!(["6", "7", "8"]));

    // One clock: that of the longer run.
    let end_us = a.end_us().max(b.end_us()).to_string();
    assert_eq!(evaluate(&browser, "document.documentElement.dataset.timeUs").await, json!(end_us));

    // World A is as it was, and the settings panel is about it when it is chosen.
    press(&browser, "[name=world][value=A]").await;
    until(&browser, "document.querySelector('[data-property=acks] input[value=\"1\"]').checked")
        .await;
    assert_eq!(digest(&browser).await, format!("{:016x}", a.digest()));

    click(&browser, "[data-action=keep-B]").await;
    until(&browser, "document.querySelector('.compare') === null").await;
    assert_eq!(digest(&browser).await, format!("{:016x}", b.digest()));
    // What is kept can be undone like any change.
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{:016x}'", a.digest()))
        .await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// What is painted on both stages.
const PICTURES: &str = "[...document.querySelectorAll('.world canvas')].map(it => it.toDataURL())";

/// A picture when it is the same as a while ago: what comes to rest is painted once more.
async fn at_rest(browser: &Browser, picture: &str) -> Value {
    let mut last = evaluate(browser, picture).await;
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let before = std::mem::replace(&mut last, evaluate(browser, picture).await);
        if before == last {
            break;
        }
    }
    last
}

/// How alike it is in what the two stages differ and in what two SVGs do, for the best of some pairs: 1 is
/// the same, 0 nothing in common, -1 the other way round. They are made small first, so that smooth edges
/// and hinting count for little; what is the same in both worlds does not count at all.
const ALIKE: &str = "const [pairs, done] = arguments;
    const [width, height] = [120, 80];
    const small = (it) => {
        const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
        context.imageSmoothingQuality = 'high';
        context.drawImage(it, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
    };
    const paint = async (svg) => {
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
        await image.decode();
        return small(image);
    };
    const differ = ([one, other]) => Array.from(one, (it, at) => it - other[at]);
    const times = (one, other) => one.reduce((sum, it, at) => sum + it * other[at], 0);
    const shown = differ([...document.querySelectorAll('.world canvas')].map(small));
    const alike = async (pair) => {
        const told = differ(await Promise.all(pair.map(paint)));
        return times(shown, told) / Math.sqrt(Math.max(1, times(shown, shown) * times(told, told)));
    };
    Promise.all(pairs.map(alike)).then(all => done(Math.max(...all)));";

/// What the cards of a stage say at a moment, by the library.
fn cards(player: &mut Player, at_us: u64) -> String {
    let moment = player.seek(at_us);
    let scene = stage::scene(moment.world, moment.ledger, at_us, &View::new(1_000.0, 620.0));
    let is_card = |part: Part| {
        matches!(part, Part::Producer(_) | Part::Broker(_) | Part::Consumer(_) | Part::Controller)
    };
    let cards = scene.hotspots.iter().filter(|spot| is_card(spot.part));
    cards.map(|spot| &*spot.label).collect::<Vec<_>>().join(". ")
}

/// The stage of a moment in a frame of that size, at each scale at which the page may show it.
fn pictures(
    player: &mut Player,
    (at_us, record): (u64, Option<RecordId>),
    size: [f64; 2],
) -> Vec<String> {
    let [width, height] = size.map(|it| it as f32);
    let mut at_scale = |percent: u8| {
        let scale = f32::from(percent) / 100.0;
        let size = (width / scale, height / scale);
        Still { at_us, size, record, partition: None, theme: Theme::Light }.svg(player)
    };
    (76..=100).map(&mut at_scale).collect()
}

/// How alike it is at least. Where both stages show the same world it is 0; 0.3 to 0.8 was seen, since the
/// scale of the page is not met quite.
const ENOUGH: f64 = 0.2;

/// Each world's stage is that of its own script, at one and the same moment: it says what the library says
/// of that, and the two differ in what the library's pictures differ in.
#[tokio::test]
async fn each_stage_shows_its_own_world() {
    let mut worlds = [story(), repaired()];
    let (_site, browser) = paused().await;
    let record = evaluate(&browser, "Number(document.querySelector('#follow').value)").await;
    let record = record.as_u64().map(|id| RecordId(id as u32));
    click(&browser, "[data-action=compare]").await;
    press(&browser, ACKS).await;
    until(&browser, "document.querySelector('.differences li')").await;
    let most = evaluate(&browser, "Number(document.querySelector('[data-scrubber]').max)").await;
    let most = most.as_f64().expect("a number");
    let shown =
        "[...document.querySelectorAll('.world .stage .sr-only')].map(it => it.textContent)";
    let size = "[document.querySelector('.world canvas').clientWidth, document.querySelector('.world .stage').clientHeight]";
    let mut differ = 0;
    for percent in [22, 28, 36, 100] {
        scrub(&browser, most * f64::from(percent) / 100.0).await;
        let at_us = now_us(&browser).await;
        let words = worlds.each_mut().map(|world| cards(world, at_us));
        until(&browser, &format!("JSON.stringify({shown}) === JSON.stringify({})", json!(words)))
            .await;
        differ += u32::from(words[0] != words[1]);
        at_rest(&browser, PICTURES).await;
        let size = evaluate(&browser, size).await;
        let size = [0, 1].map(|n: usize| size[n].as_f64().expect("a number"));
        let [a, b] = worlds.each_mut().map(|world| pictures(world, (at_us, record), size));
        let pairs: Vec<_> = a.iter().zip(&b).collect();
        let alike =
            browser.client.execute_async(ALIKE, vec![json!(pairs)]).await.expect("pictures");
        println!("at {at_us} us {alike}");
        assert!(alike.as_f64() > Some(ENOUGH), "{alike} at {at_us} us");
    }
    assert!(differ > 0, "the words are other ones at no moment");
    browser.close().await;
}

#[tokio::test]
async fn an_answer_of_the_rescue_is_one_click_from_a_comparison() {
    let (_site, browser) = open(1440, 900).await;
    let before = digest(&browser).await;
    click(&browser, "[data-action=rescue]").await;
    until(&browser, "document.querySelector('[data-action=compare-answer]')").await;
    let answer = evaluate(&browser, "document.querySelector('.answer-title').textContent").await;
    click(&browser, "[data-action=compare-answer]").await;
    until(&browser, "document.querySelector('.differences li')").await;
    let differences =
        evaluate(&browser, "document.querySelector('.differences').textContent").await;
    let setting = answer.as_str().and_then(|it| it.split('=').next()).expect("a setting");
    assert!(differences.as_str().is_some_and(|it| it.contains(setting)), "{answer} {differences}");
    to_the_end(&browser).await;
    until(&browser, "document.querySelector('.verdicts tr[data-fate=lost]')").await;
    assert_eq!(evaluate(&browser, VERDICTS).await["lost"], json!([3, 0]));
    click(&browser, "[data-action=keep-A]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{before}'")).await;
    browser.close().await;
}

#[tokio::test]
async fn where_there_is_room_for_one_stage_the_worlds_take_turns() {
    let (_site, browser) = open(500, 844).await;
    browser.resize(390, 844).await;
    until(&browser, "innerWidth === 390").await;
    press(&browser, "[data-action=compare]").await;
    let shown = "[...document.querySelectorAll('.world')]
        .filter(it => it.offsetParent !== null).map(it => it.dataset.world)";
    until(&browser, "document.querySelectorAll('.world').length === 2").await;
    until(&browser, "[...document.styleSheets].some(it => it.href?.includes('later'))").await;
    assert_eq!(evaluate(&browser, shown).await, json!(["B"]));
    press(&browser, "[name=world][value=A]").await;
    until(&browser, "document.querySelector('.world[data-world=A]').offsetParent !== null").await;
    assert_eq!(evaluate(&browser, shown).await, json!(["A"]));
    browser.close().await;
}

/// The counts of the trays at moments of the story are those of the library.
#[tokio::test]
async fn the_trays_count_what_became_of_the_records_so_far() {
    let mut native = story();
    let (_site, browser) = open(1440, 900).await;
    press(&browser, "[data-action=pause]").await;
    let shown = "Object.fromEntries([...document.querySelectorAll('.tray[data-fate]')]
        .map(it => [it.dataset.fate, Number(it.querySelector('.tray-count').textContent)]))";
    for at_us in [30_000, 80_000, 9_500_000, 16_000_000] {
        scrub(&browser, native.pace().play_ms(at_us)).await;
        let now_us = now_us(&browser).await;
        let records = 1..=native.setup().records.len() as u32;
        let ledger = native.seek(now_us).ledger;
        for fate in [Fate::Delivered, Fate::Lost, Fate::Pending] {
            let has = |id: &u32| {
                let verdict = ledger.verdict(RecordId(*id));
                verdict.fate == fate && verdict.reason != Some(Reason::NotSent)
            };
            let expected = records.clone().filter(has).count();
            until(&browser, &format!("({shown})['{}'] === {expected}", fate.word())).await;
        }
    }
    browser.close().await;
}

#[tokio::test]
async fn a_tray_lists_its_records_and_one_goes_from_one_to_the_next() {
    let (_site, browser) = open(1440, 900).await;
    to_the_end(&browser).await;
    until(&browser, "document.querySelector('.tray[data-fate=lost]').dataset.count === '3'").await;
    click(&browser, ".tray[data-fate=lost] .tray-head").await;
    let listed =
        "[...document.querySelectorAll('.among [data-record]')].map(it => it.dataset.record)";
    until(&browser, "document.querySelector('.among')").await;
    assert_eq!(evaluate(&browser, listed).await, json!(["6", "7", "8"]));
    let followed = "document.querySelector('#follow').value";
    for (step, expected) in [(".chooser .tool:last-child", "7"), (".chooser .tool:last-child", "8")]
    {
        click(&browser, step).await;
        until(&browser, &format!("{followed} === '{expected}'")).await;
    }
    // After the last one comes none.
    assert_eq!(
        evaluate(&browser, "document.querySelector('.chooser .tool:last-child').disabled").await,
        json!(true)
    );
    // The one that was chosen has its way lit on the stage.
    let picture = "document.querySelector('.stage canvas').toDataURL()";
    let lit = at_rest(&browser, picture).await;
    click(&browser, ".tray[data-fate=lost] [data-record='6']").await;
    until(&browser, &format!("{followed} === '6'")).await;
    until(&browser, &format!("{picture} !== {lit}")).await;
    until(&browser, "document.querySelector('.record-head').textContent.includes('Record 6')")
        .await;
    click(&browser, ".tray[data-fate=lost] [data-record='8']").await;
    until(&browser, &format!("{picture} === {lit}")).await;
    // Told beside true.
    let told = "[...document.querySelectorAll('.told-true dd')].map(it => it.textContent)";
    assert_eq!(evaluate(&browser, told).await, json!(["acked", "lost"]));
    // To the turning point.
    until(&browser, "document.querySelector('[data-action=turning-point]')").await;
    click(&browser, "[data-action=turning-point]").await;
    let turn = turning_point(story().script(), RecordId(8)).expect("a run").expect("it turned");
    let there = format!("document.documentElement.dataset.timeUs === '{}'", turn.at_us);
    until(&browser, &there).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
