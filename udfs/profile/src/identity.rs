//! Which records belong to one person: connected components over identity edges, with a guard against over-merging.
//!
//! The result depends on the edges alone, not on their order.

use datafusion_common::HashMap;

/// What is not merged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    /// A value of b beside more different values of a than this is a hub, and links nothing.
    pub(crate) max_degree: usize,
    /// A component with more different values of a than this comes apart at its most shared values of b.
    pub(crate) max_size: usize,
}

/// For each edge the id of its component: the smallest value of a in it; `None` where there is no a.
pub(crate) fn resolve<'a>(edges: &[(Option<&'a str>, Option<&'a str>)], guard: Guard) -> Vec<Option<&'a str>> {
    let mut nodes = Nodes::default();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut starts = Vec::with_capacity(edges.len());
    for (a, b) in edges {
        let a = a.map(|a| nodes.code(a, true));
        if let (Some(a), Some(b)) = (a, b) {
            pairs.push((nodes.code(b, false), a));
        }
        starts.push(a);
    }
    pairs.sort_unstable();
    pairs.dedup();
    let links = Links::new(&pairs, guard.max_degree);
    let sets = links.sets(&nodes, guard.max_size);
    let ids = nodes.ids(sets);
    starts.into_iter().map(|a| ids[a? as usize]).collect()
}

/// Values of both sides: equal ones are one node.
#[derive(Debug, Default)]
struct Nodes<'a> {
    codes: HashMap<&'a str, u32>,
    texts: Vec<&'a str>,
    /// Whether a node is a value of a.
    is_a: Vec<bool>,
}

impl<'a> Nodes<'a> {
    fn code(&mut self, text: &'a str, is_a: bool) -> u32 {
        let next = self.texts.len() as u32;
        let code = *self.codes.entry(text).or_insert(next);
        if code == next {
            self.texts.push(text);
            self.is_a.push(is_a);
        } else if is_a {
            self.is_a[code as usize] = true;
        }
        code
    }

    /// The id of each node's component.
    fn ids(&self, mut sets: Sets) -> Vec<Option<&'a str>> {
        let mut smallest: Vec<Option<&str>> = vec![None; self.texts.len()];
        for node in 0..self.texts.len() {
            if self.is_a[node] {
                let own = &mut smallest[sets.root(node as u32) as usize];
                *own = Some(own.map_or(self.texts[node], |other| other.min(self.texts[node])));
            }
        }
        (0..self.texts.len())
            .map(|node| smallest[sets.root(node as u32) as usize])
            .collect()
    }
}

/// The values of b that link, each with the values of a that it links.
#[derive(Debug)]
struct Links {
    pairs: Vec<(u32, u32)>,
    /// Where each one's pairs start and end.
    ranges: Vec<(usize, usize)>,
}

impl Links {
    /// Of sorted pairs of b and a, without hubs.
    fn new(pairs: &[(u32, u32)], max_degree: usize) -> Self {
        let mut ranges = Vec::new();
        let mut start = 0;
        for of_b in pairs.chunk_by(|(one, _), (two, _)| one == two) {
            let end = start + of_b.len();
            if of_b.len() <= max_degree {
                ranges.push((start, end));
            }
            start = end;
        }
        Self {
            pairs: pairs.to_vec(),
            ranges,
        }
    }

    /// The components. Those that are too large lose the links of their most shared values until they are small enough.
    fn sets(&self, nodes: &Nodes<'_>, max_size: usize) -> Sets {
        let mut kept = self.ranges.clone();
        loop {
            let mut sets = Sets::new(nodes.texts.len());
            for &(start, end) in &kept {
                for &(b, a) in &self.pairs[start..end] {
                    sets.join(a, b);
                }
            }
            let mut sizes = vec![0_usize; nodes.texts.len()];
            for node in (0..nodes.texts.len()).filter(|&node| nodes.is_a[node]) {
                sizes[sets.root(node as u32) as usize] += 1;
            }
            // The most different values of a beside one b, in each component that is too large.
            let mut most: HashMap<u32, usize> = HashMap::default();
            for &(start, end) in &kept {
                let root = sets.root(self.pairs[start].0);
                if sizes[root as usize] > max_size {
                    let degree = most.entry(root).or_default();
                    *degree = (*degree).max(end - start);
                }
            }
            if most.is_empty() {
                return sets;
            }
            kept.retain(|&(start, end)| {
                let root = sets.root(self.pairs[start].0);
                most.get(&root).is_none_or(|most| end - start < *most)
            });
        }
    }
}

/// Disjoint sets of nodes, by union with the smaller root and path halving (Tarjan and van Leeuwen 1984).
#[derive(Debug)]
struct Sets {
    parents: Vec<u32>,
}

impl Sets {
    fn new(nodes: usize) -> Self {
        Self {
            parents: (0..nodes as u32).collect(),
        }
    }

    fn root(&mut self, node: u32) -> u32 {
        let mut node = node;
        while self.parents[node as usize] != node {
            let above = self.parents[self.parents[node as usize] as usize];
            self.parents[node as usize] = above;
            node = above;
        }
        node
    }

    fn join(&mut self, one: u32, two: u32) {
        let (one, two) = (self.root(one), self.root(two));
        self.parents[one.max(two) as usize] = one.min(two);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(edges: &[(&'static str, &'static str)], max_degree: usize, max_size: usize) -> Vec<&'static str> {
        let edges: Vec<_> = edges
            .iter()
            .map(|(a, b)| (Some(*a), Some(*b).filter(|b| !b.is_empty())))
            .collect();
        let guard = Guard { max_degree, max_size };
        let ids = resolve(&edges, guard);
        // The same whatever the order.
        let turned: Vec<_> = edges.iter().rev().copied().collect();
        let mut again = resolve(&turned, guard);
        again.reverse();
        assert_eq!(ids, again);
        ids.into_iter().flatten().collect()
    }

    #[test]
    fn shared_values_link() {
        let edges = [
            ("c3", "tel1"),
            ("c1", "tel1"),
            ("c2", "mail"),
            ("c2", ""),
            ("c1", "mail"),
            ("c9", ""),
            ("c8", "x"),
        ];
        assert_eq!(ids(&edges, 10, 50), ["c1", "c1", "c1", "c1", "c1", "c9", "c8"]);
        // Pairs of records are edges as well.
        assert_eq!(ids(&[("b", "a"), ("c", "b"), ("d", "d")], 10, 50), ["b", "b", "d"]);
        let nothing = resolve(
            &[(None, Some("x")), (Some("a"), Some("x"))],
            Guard {
                max_degree: 1,
                max_size: 1,
            },
        );
        assert_eq!(nothing, [None, Some("a")]);
    }

    #[test]
    fn hubs_do_not_link() {
        let edges = [
            ("a", "shop"),
            ("b", "shop"),
            ("c", "shop"),
            ("a", "x"),
            ("b", "x"),
            ("c", "shop"),
        ];
        assert_eq!(ids(&edges, 2, 50), ["a", "a", "c", "a", "a", "c"]);
        assert_eq!(ids(&edges, 3, 50), ["a"; 6]);
    }

    #[test]
    fn what_is_too_large_comes_apart_where_most_is_shared() {
        // Two families of three, joined by an office's phone.
        let edges = [
            ("a", "home1"),
            ("b", "home1"),
            ("c", "home1"),
            ("d", "home2"),
            ("e", "home2"),
            ("f", "home2"),
            ("a", "office"),
            ("b", "office"),
            ("d", "office"),
            ("e", "office"),
            ("z", "own"),
            ("y", "own"),
        ];
        assert_eq!(ids(&edges, 10, 6)[..6], ["a"; 6]);
        let apart = ids(&edges, 10, 5);
        assert_eq!(apart, ["a", "a", "a", "d", "d", "d", "a", "a", "d", "d", "y", "y"]);
    }
}
