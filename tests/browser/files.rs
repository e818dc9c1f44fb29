//! Files as a user comes to them: pasted and dropped, with their problems by line, and out again, as
//! properties and as code of clients.

use ackscope::script::clients::{Client, code};
use serde_json::json;

use crate::story::{click, digest, evaluate, story, until};
use crate::tune::{choose, paused, text_of, type_into, until_another};

#[tokio::test]
async fn a_pasted_file_shows_its_problems_by_line_and_a_better_one_leaves() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    click(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('textarea')").await;
    type_into(&browser, "textarea", "acks=1\nretries=0\nlinger=20\nlinger.ms=20\n").await;
    until(&browser, "document.querySelectorAll('.problem').length === 3").await;
    let problems = "[...document.querySelectorAll('.problem')].map(it =>
        [it.dataset.level, it.querySelector('span').textContent, it.querySelector('code').textContent])";
    assert_eq!(
        evaluate(&browser, problems).await,
        json!([
            ["warning", "line 1", "acks=1"],
            ["warning", "line 2", "retries=0"],
            ["warning", "line 3", "linger=20"]
        ])
    );
    click(&browser, "[data-action=apply-files]").await;
    until_another(&browser, &before).await;
    let producer = "document.querySelector(\"pre[data-name='producer.properties']\")?.textContent";
    until(&browser, &format!("{producer}?.includes('retries=0')")).await;

    // A better one, which keeps what is the application's own.
    let risky = digest(&browser).await;
    // Whoever has brought files is not offered the run's beside them.
    let open = "document.querySelector('.files-out').open";
    assert_eq!(evaluate(&browser, open).await, json!(false));
    click(&browser, ".files-out > summary").await;
    click(&browser, ".files-out .presets summary").await;
    click(&browser, ".files-out [data-preset=durable]").await;
    until_another(&browser, &risky).await;
    until(&browser, &format!("{producer}?.includes('acks=all')")).await;
    let better = evaluate(&browser, producer).await;
    let better: Vec<&str> = better.as_str().expect("a text").lines().collect();
    assert_eq!(
        better,
        ["acks=all", "retries=2147483647", "enable.idempotence=true", "linger.ms=20"]
    );
    let copy = ".files-out .file:first-of-type [data-action=copy]";
    click(&browser, copy).await;
    until(&browser, &format!("document.querySelector('{copy}').textContent !== 'Copy'")).await;

    // As code, with what the client cannot be told.
    choose(&browser, "[data-choice=client]", "go-sarama").await;
    until(
        &browser,
        "document.querySelector('pre')?.textContent.includes('config.Producer.Idempotent = true')",
    )
    .await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn files_can_be_dropped_and_what_a_client_cannot_set_is_said() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('.files-in textarea')").await;
    let drop = "const data = new DataTransfer();
        data.items.add(new File(['acks=0\\n'], 'producer.properties'));
        data.items.add(new File(['enable.auto.commit=false\\n'], 'consumer.properties'));
        document.querySelector('.files-in textarea').dispatchEvent(
            new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));";
    browser.client.execute(drop, vec![]).await.expect("files are dropped");
    until(&browser, "document.querySelector('[data-action=apply-files]')?.disabled === false")
        .await;
    let before = digest(&browser).await;
    click(&browser, "[data-action=apply-files]").await;
    until_another(&browser, &before).await;
    for (file, line) in [("producer", "acks=0"), ("consumer", "enable.auto.commit=false")] {
        let text =
            format!("document.querySelector(\"pre[data-name='{file}.properties']\")?.textContent");
        until(&browser, &format!("{text}?.includes('{line}')")).await;
    }
    // All clients; what one of them has no option for is said.
    click(&browser, "[data-pane=settings]").await;
    click(&browser, "[data-action=all-settings]").await;
    type_into(&browser, ".field[data-property='max.block.ms'] .exact input", "5000").await;
    click(&browser, "[data-pane=files]").await;
    let names = "[...document.querySelector('[data-choice=client]').options].map(it => it.textContent).join()";
    let names = evaluate(&browser, names).await.to_string();
    for client in ["Java", "sarama", "franz-go", "Python", "Rust", "Node"] {
        assert!(names.contains(client), "no {client} in {names}");
    }
    choose(&browser, "[data-choice=client]", "go-sarama").await;
    until(&browser, "document.querySelector('.cannot')?.textContent.includes('max.block.ms')")
        .await;
    browser.close().await;
}

/// Nothing is called fine before somebody has looked at it.
#[tokio::test]
async fn what_is_typed_into_a_file_is_looked_at_when_the_hand_rests() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('textarea')").await;
    let typed = "const seen = []; const it = document.querySelector('textarea'); it.focus();
        const look = () => document.querySelector('.fine') && seen.push(it.value);
        new MutationObserver(look).observe(document.querySelector('.files-in'), { subtree: true, childList: true });
        let at = 0; window.seen = seen;
        const timer = setInterval(() => {
            if (at === 6) return clearInterval(timer);
            it.value = 'acks=1'.slice(0, ++at);
            it.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));
        }, 20);";
    browser.client.execute(typed, vec![]).await.expect("it is typed");
    until(&browser, "document.querySelector('.problem code')?.textContent === 'acks=1'").await;
    assert_eq!(evaluate(&browser, "document.activeElement.tagName").await, json!("TEXTAREA"));
    assert_eq!(evaluate(&browser, "window.seen").await, json!([]));
    // What it risks is looked for as well.
    until(&browser, "document.querySelector('[data-lab=check] [data-kept]')").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn what_kafka_would_refuse_in_a_file_cannot_be_applied() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('textarea')").await;
    type_into(&browser, "textarea", "acks=0\nenable.idempotence=true\n").await;
    until(&browser, "document.querySelector('.problem[data-level=error]')").await;
    assert!(text_of(&browser, ".problem").await.contains("Must set acks to all"));
    let disabled = "document.querySelector('[data-action=apply-files]').disabled";
    assert_eq!(evaluate(&browser, disabled).await, json!(true));
    browser.close().await;
}

#[tokio::test]
async fn the_settings_leave_as_code_of_each_client_as_the_library_writes_it() {
    let mut script = story().script().clone();
    script.producers[0].config.insert("max.block.ms".to_owned(), 5_000.into());
    let (_site, browser) = paused().await;
    click(&browser, "[data-action=all-settings]").await;
    until(&browser, "document.querySelectorAll('.field').length > 100").await;
    type_into(&browser, ".field[data-property='max.block.ms'] .exact input", "5000").await;
    click(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('[data-choice=client] option[value=java]')").await;
    let shown = "[...document.querySelectorAll('.files-out .file')].map(it =>
        [it.querySelector('.file-name').textContent, it.querySelector('pre')?.textContent ?? '',
            [...it.querySelectorAll('.cannot li')].map(it => it.textContent)])";
    let mut refused = 0;
    for client in Client::ALL {
        choose(&browser, "[data-choice=client]", client.id()).await;
        let files = code(&script, client).expect("a run");
        assert!(files.len() > 1, "a producer and a group");
        refused += files.iter().map(|it| it.cannot.len()).sum::<usize>();
        let cannot = |(what, why): &(String, String)| format!("{what}: {why}");
        let expected = files.iter().map(|it| {
            let cannot: Vec<String> = it.cannot.iter().map(cannot).collect();
            json!([it.name, it.text, cannot])
        });
        let expected = json!(expected.collect::<Vec<_>>());
        until(&browser, &format!("JSON.stringify({shown}) === JSON.stringify({expected})")).await;
    }
    assert!(refused > 0, "there is something that a client cannot be told");
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
