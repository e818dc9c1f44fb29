//! The settings that the panel lists, the best first, and which of them are on the page. A frame makes a
//! few fields at most, since each costs a quarter of a millisecond: the list grows from frame to frame, and
//! whatever is typed or clicked meanwhile is answered at once.

use ackscope::script::knobs::{Group, Knob};

/// So many fields are made in a frame.
const SLICE: usize = 6;
/// So many are shown of what was found, until somebody asks for the others.
const PAGE: usize = 12;

/// A setting that is listed.
#[derive(Debug)]
pub struct Item {
    /// Where it belongs.
    pub group: Group,
    /// The setting.
    pub knob: Knob,
    /// Whether there is a field for it.
    on_page: bool,
}

/// The list.
#[derive(Debug, Default)]
pub struct List {
    items: Vec<Item>,
    /// So many of them are to be on the page.
    most: usize,
}

impl List {
    /// Another search begins, which finds many things, or none.
    pub fn search(&mut self, search: &str) {
        self.most = if search.trim().is_empty() { usize::MAX } else { PAGE };
    }

    /// All that was found is to be shown.
    pub fn show_all(&mut self) {
        self.most = usize::MAX;
    }

    /// Other settings are listed, in this order. What is on the page stays there if it is still listed.
    pub fn set(&mut self, settings: Vec<(Group, Knob)>) {
        let old = std::mem::take(&mut self.items);
        self.fill(settings, |knob| old.iter().any(|item| item.on_page && item.knob == *knob));
        self.grow();
    }

    /// Those settings are listed and on the page, all of them, where nobody waits for an answer.
    pub fn set_at_once(&mut self, settings: Vec<(Group, Knob)>) {
        self.fill(settings, |_| true);
    }

    fn fill(&mut self, settings: Vec<(Group, Knob)>, is_there: impl Fn(&Knob) -> bool) {
        let most = self.most;
        let item = |(at, (group, knob)): (usize, (Group, Knob))| {
            let on_page = at < most && is_there(&knob);
            Item { group, knob, on_page }
        };
        self.items = settings.into_iter().enumerate().map(item).collect();
    }

    /// A few more are on the page.
    pub fn grow(&mut self) {
        let wanted = self.items.iter_mut().take(self.most);
        let missing = wanted.filter(|item| !item.on_page);
        missing.take(SLICE).for_each(|item| item.on_page = true);
    }

    /// Whether some are still to come.
    #[must_use]
    pub fn grows(&self) -> bool {
        self.items.iter().take(self.most).any(|item| !item.on_page)
    }

    /// How many are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// How many wait until somebody asks for them.
    #[must_use]
    pub fn more(&self) -> usize {
        self.items.len().saturating_sub(self.most)
    }

    /// All that are listed.
    pub fn all(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// Those of a group, on the page or not.
    pub fn of(&self, group: Group) -> impl Iterator<Item = &Item> + Clone {
        self.items.iter().filter(move |item| item.group == group)
    }

    /// Those of a group that are on the page.
    pub fn shown(&self, group: Group) -> impl Iterator<Item = Knob> {
        self.of(group).filter(|item| item.on_page).map(|item| item.knob)
    }

    /// The groups that have some, that of the best first.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = Vec::new();
        for item in &self.items {
            if !groups.contains(&item.group) {
                groups.push(item.group);
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ackscope::script::Version;
    use ackscope::script::knobs::of;

    fn all(group: Group) -> Vec<(Group, Knob)> {
        of(group, Version::NEWEST, true).into_iter().map(|knob| (group, knob)).collect()
    }

    fn names(list: &List, group: Group) -> Vec<&'static str> {
        list.shown(group).map(|knob| knob.name()).collect()
    }

    #[test]
    fn a_list_grows_by_a_few_until_all_are_there() {
        let settings = all(Group::Producer);
        let wanted: Vec<&str> = settings.iter().map(|(_, knob)| knob.name()).collect();
        let mut list = List::default();
        list.search(" ");
        list.set(settings);
        let mut frames = 1;
        while list.grows() {
            assert_eq!(names(&list, Group::Producer), wanted[..frames * SLICE]);
            list.grow();
            frames += 1;
        }
        assert_eq!(names(&list, Group::Producer), wanted);
        assert_eq!(frames, wanted.len().div_ceil(SLICE));
        assert_eq!(list.more(), 0);
    }

    #[test]
    fn where_nobody_waits_all_are_there_at_once() {
        let settings = of(Group::Topic, Version::NEWEST, false);
        let wanted: Vec<&str> = settings.iter().map(Knob::name).collect();
        let mut list = List::default();
        list.search("");
        list.set_at_once(settings.into_iter().map(|knob| (Group::Topic, knob)).collect());
        assert!(!list.grows());
        assert_eq!(names(&list, Group::Topic), wanted);
    }

    #[test]
    fn what_was_found_is_shown_a_page_at_first_and_all_when_asked() {
        let mut list = List::default();
        list.search("e");
        list.set(all(Group::Topic));
        list.grow();
        assert!(!list.grows());
        assert_eq!(names(&list, Group::Topic).len(), PAGE);
        assert_eq!(list.more(), list.len() - PAGE);
        list.show_all();
        assert!(list.grows());
        while list.grows() {
            list.grow();
        }
        assert_eq!((names(&list, Group::Topic).len(), list.more()), (list.len(), 0));
        // The next search is another one.
        list.search("er");
        list.set(all(Group::Topic));
        assert_eq!(names(&list, Group::Topic).len(), PAGE);
    }

    #[test]
    fn what_is_on_the_page_stays_there_wherever_it_comes() {
        let mut list = List::default();
        list.search("");
        list.set(all(Group::Consumer));
        let before = names(&list, Group::Consumer);
        // The last ones come first, and others before all of them.
        let mut settings = all(Group::Consumer);
        settings.reverse();
        list.set(settings);
        let after = names(&list, Group::Consumer);
        assert!(before.iter().all(|name| after.contains(name)));
        assert_eq!(after.len(), before.len() + SLICE);
        // What is listed no more is not there at once.
        list.set(all(Group::Network));
        assert_eq!(names(&list, Group::Consumer).len(), 0);
        assert_eq!(list.groups(), [Group::Network]);
    }
}
