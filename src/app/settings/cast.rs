//! Which of several producers, topics or groups is meant; one more of them, or one less.

use ackscope::script::cast::Cast;
use ackscope::script::knobs::Group;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::{Props, title};
use crate::app::state::Msg;
use crate::app::tune::TuneMsg;
use crate::app::words::{fill, words};

/// The choice of the thing that is meant, where a script has several, and how there are more or less.
pub fn which(group: Group, props: &Props) -> Html {
    let w = words();
    let (cast, name, all) = match group {
        Group::Producer | Group::Sending => (Cast::Producers, "", w.all_producers),
        Group::Topic => (Cast::Topics, "name", w.all_topics),
        Group::Consumer | Group::Reading => (Cast::Groups, "id", w.all_groups),
        Group::Network | Group::Machines => return html! {},
    };
    let things = props.script[cast.list()].as_array().map_or(&[][..], Vec::as_slice);
    let several = things.len() > 1;
    let counts = !matches!(group, Group::Sending | Group::Reading) && props.tune.all;
    if !several && !counts {
        return html! {};
    }
    let chosen = props.tune.which(group);
    let name = |at: usize| match things[at][name].as_str() {
        Some(name) => name.to_owned(),
        None => "producer-".to_owned() + &(at + 1).to_string(),
    };
    let onchange = props.on.reform(move |event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Msg::Tune(TuneMsg::Which(group, usize::try_from(at - 1).ok()))
    });
    html! {
        <div class="cast">
            if several {
                <select class="which" aria-label={title(group)} {onchange}>
                    <option selected={chosen.is_none()}>{ all }</option>
                    { for (0..things.len()).map(|at| html! { <option selected={chosen == Some(at)}>{ name(at) }</option> }) }
                </select>
            }
            if counts {
                { more_or_less(cast, chosen.unwrap_or(things.len().saturating_sub(1)), &name, props) }
            }
        </div>
    }
}

/// One more, as the last one is; and without that one.
fn more_or_less(cast: Cast, at: usize, name: &dyn Fn(usize) -> String, props: &Props) -> Html {
    let w = words();
    let add = match cast {
        Cast::Topics => w.add_topic,
        Cast::Producers => w.add_producer,
        Cast::Groups => w.add_group,
    };
    let count = props.script[cast.list()].as_array().map_or(0, Vec::len);
    let script = props.script.clone();
    let onadd =
        props.on.reform(move |_: MouseEvent| Msg::Tune(TuneMsg::Edit(cast.with_one_more(&script))));
    let script = props.script.clone();
    let onremove = props
        .on
        .reform(move |_: MouseEvent| Msg::Tune(TuneMsg::Without(cast.without(&script, at))));
    html! {
        <>
            <button type="button" class="ask" data-action="add" onclick={onadd}>{ add }</button>
            if count > 1 {
                <button type="button" class="ask" data-action="remove" onclick={onremove}>{ fill(w.remove_thing, &[("name", &name(at))]) }</button>
            }
        </>
    }
}
