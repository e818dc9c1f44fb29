//! What frames write to elements, past the rendering of the page: again only where it differs. To read
//! it back from the page would take longer, and make the page work out its layout at once.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlElement;
use yew::NodeRef;

use super::effects::set_style;

/// What an element was told last.
#[derive(Clone, Debug, Default)]
pub struct Written(Rc<RefCell<Option<(HtmlElement, String)>>>);

impl Written {
    /// The element, if it has not been told that: it is another one, or the words are other ones.
    pub fn differs(&self, node: &NodeRef, words: &str) -> Option<HtmlElement> {
        self.differs_on(node.cast::<HtmlElement>()?, words)
    }

    /// The same of an element.
    pub fn differs_on(&self, element: HtmlElement, words: &str) -> Option<HtmlElement> {
        let mut last = self.0.borrow_mut();
        if last.as_ref().is_some_and(|(known, told)| told == words && *known == element) {
            return None;
        }
        *last = Some((element.clone(), words.to_owned()));
        Some(element)
    }

    /// Writes a text.
    pub fn text(&self, node: &NodeRef, text: &str) {
        if let Some(element) = self.differs(node, text) {
            element.set_text_content(Some(text));
        }
    }

    /// Sets a style.
    pub fn style(&self, node: &NodeRef, name: &str, value: &str) {
        if let Some(element) = self.differs(node, value) {
            set_style(&element, name, value);
        }
    }

    /// Sets an attribute.
    pub fn attribute(&self, node: &NodeRef, name: &str, value: &str) {
        if let Some(element) = self.differs(node, value) {
            let _ = element.set_attribute(name, value);
        }
    }
}
