//! Circles of `same_as`: if a is the same as b and b as a, neither is the one that is kept.

use std::collections::HashMap;

/// The edges that close a circle, in their order, each with the entities of its circle from and to its beginning.
///
/// Depth-first search with colours, O(edges), without recursion: a chain may be as long as a file.
pub(super) fn circles<'a>(edges: &[(&'a str, &'a str)]) -> Vec<(usize, Vec<&'a str>)> {
    let mut from: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
    for (number, (start, end)) in edges.iter().enumerate() {
        from.entry(start).or_default().push((number, end));
    }
    // Where an entity stands: on the path (with its place there), or done.
    let mut places: HashMap<&str, Option<usize>> = HashMap::new();
    let mut circles = Vec::new();
    for (start, _) in edges {
        if places.contains_key(start) {
            continue;
        }
        // The path: each entity with the number of its edges that have been walked.
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        places.insert(start, Some(0));
        while let Some((entity, walked)) = path.last_mut() {
            let Some(&(edge, to)) = from.get(entity).and_then(|edges| edges.get(*walked)) else {
                places.insert(entity, None);
                path.pop();
                continue;
            };
            *walked += 1;
            match places.get(to) {
                None => {
                    places.insert(to, Some(path.len()));
                    path.push((to, 0));
                }
                Some(None) => {}
                Some(&Some(place)) => {
                    let mut circle: Vec<&str> = path.iter().skip(place).map(|(entity, _)| *entity).collect();
                    circle.push(to);
                    circles.push((edge, circle));
                }
            }
        }
    }
    circles.sort_by_key(|(edge, _)| *edge);
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_and_what_meets_again_is_none() {
        assert_eq!(circles(&[("a", "a")]), [(0, vec!["a", "a"])]);
        assert_eq!(circles(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]), []);
        assert_eq!(circles(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")]), [(3, vec!["a", "b", "c", "a"])]);
        let ids: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
        let chain: Vec<(&str, &str)> = ids.windows(2).map(|pair| (&*pair[0], &*pair[1])).collect();
        assert_eq!(circles(&chain), []);
    }
}
