//! A list of which a clone costs little: it shares its pages with the original until either changes
//! something in one. So a run can have many keyframes, and going to one is quick.

use std::sync::Arc;

/// How many things are on a page.
const PAGE: usize = 32;

/// The list. Its length is fixed.
#[derive(Clone, Debug)]
pub(super) struct Pages<T> {
    pages: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T: Clone> Pages<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, at: usize) -> &T {
        &self.pages[at / PAGE][at % PAGE]
    }

    /// For a change: the page is this list's own from now on.
    pub fn get_mut(&mut self, at: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.pages[at / PAGE])[at % PAGE]
    }

    #[cfg(test)]
    fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// Changes those that `concerns` says, with their places; the pages of others stay shared.
    pub fn change(&mut self, concerns: impl Fn(usize, &T) -> bool, change: impl Fn(&mut T)) {
        for at in 0..self.len {
            if concerns(at, self.get(at)) {
                change(self.get_mut(at));
            }
        }
    }
}

impl<T> FromIterator<T> for Pages<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let (mut pages, mut len) = (Vec::new(), 0);
        let mut things = things.into_iter().peekable();
        while things.peek().is_some() {
            let page: Vec<T> = things.by_ref().take(PAGE).collect();
            len += page.len();
            pages.push(Arc::new(page));
        }
        Self { pages, len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_in_a_clone_changes_nothing_else() {
        for len in [0, 1, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE / 2] {
            let list: Pages<usize> = (0..len).collect();
            let mut clone = list.clone();
            clone.change(|at, it| at == *it && at % 7 == 3, |it| *it += 1_000);
            let changed = |at: usize| if at % 7 == 3 { at + 1_000 } else { at };
            assert_eq!(list.len(), len);
            assert!(list.iter().copied().eq(0..len));
            assert!(clone.iter().copied().eq((0..len).map(changed)));
            assert!((0..len).all(|at| *list.get(at) == at));
        }
    }

    #[test]
    fn a_page_is_copied_only_where_something_in_it_changes() {
        let list: Pages<usize> = (0..3 * PAGE).collect();
        let mut clone = list.clone();
        clone.change(|at, _| at == PAGE, |it| *it = 0);
        let shared = list.pages.iter().zip(&clone.pages);
        let shared: Vec<bool> = shared.map(|(one, other)| Arc::ptr_eq(one, other)).collect();
        assert_eq!(shared, [true, false, true]);
    }
}
