//! The guard on documents, against a plain picture of the grammar: nothing is shown or changed that no rule allows,
//! nothing refused that one allows, and who follows ends with exactly what they may see.

use std::collections::BTreeMap;

use abri_data::standing::Standing;
use abri_data::{Change, Expect, Query, Scope, Space};
use abri_model::{Error, Kind, Right, Rule, Seq, Verb, Verbs};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::house::{House, THINGS, THINGS_BY_COLOR, app, doc, kind};

const KINDS: [&str; 4] = [THINGS, "com.example.notes", "io.cozy.bank.accounts", "io.cozy.bank.operations"];
const PATTERNS: [&str; 8] = [
    THINGS,
    "com.example.notes",
    "io.cozy.bank.accounts",
    "io.cozy.bank.*",
    "io.cozy.*",
    "com.example.*",
    "*",
    "com.example.thing",
];
const IDS: [&str; 4] = ["a", "b", "c", "d"];
const COLORS: [&str; 3] = ["red", "blue", "green"];
const VERBS: [Verb; 5] = [Verb::Get, Verb::Post, Verb::Put, Verb::Patch, Verb::Delete];

fn rule() -> impl Strategy<Value = Rule> {
    let verbs = proptest::sample::subsequence(VERBS.to_vec(), 0..=5);
    let ids = proptest::sample::subsequence(IDS.to_vec(), 0..=2);
    let colors = proptest::sample::subsequence(COLORS.to_vec(), 0..=2);
    let selector = proptest::sample::select(vec![None, None, Some("color"), Some("tags"), Some("meta.color")]);
    (proptest::sample::select(PATTERNS.to_vec()), verbs, ids, colors, selector).prop_map(
        |(kind, verbs, ids, colors, selector)| {
            let values = if selector.is_some() { colors } else { ids };
            Rule {
                kind: kind.into(),
                verbs: Verbs::of(&verbs),
                values: values.into_iter().map(str::to_owned).collect(),
                selector: selector.map(str::to_owned),
            }
        },
    )
}

#[derive(Clone, Debug)]
enum Op {
    Put(usize, usize, Value),
    Delete(usize, usize),
}

fn body() -> impl Strategy<Value = Value> {
    (0..3_usize, proptest::option::of(0..3_usize), 0..3_usize, 0..2_i64).prop_map(|(color, tag, meta, size)| {
        json!({"color": COLORS[color], "tags": tag.map(|tag| vec![COLORS[tag], "x"]), "meta": {"color": COLORS[meta]}, "size": size})
    })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..KINDS.len(), 0..IDS.len(), body()).prop_map(|(kind, id, body)| Op::Put(kind, id, body)),
        1 => (0..KINDS.len(), 0..IDS.len()).prop_map(|(kind, id)| Op::Delete(kind, id)),
    ]
}

/// The grammar, in the plainest words.
fn allowed(rules: &[Rule], verb: Verb, kind: &str, id: &str, body: &Value) -> bool {
    rules.iter().any(|rule| {
        let kind_fits = match rule.kind.strip_suffix(".*") {
            _ if rule.kind == "*" => true,
            Some(prefix) => {
                prefix.matches('.').count() >= 2 && (kind == prefix || kind.starts_with(&format!("{prefix}.")))
            }
            None => rule.kind == kind,
        };
        let texts: Vec<&str> = match rule.selector.as_deref() {
            None => vec![id],
            Some("color") => body["color"].as_str().into_iter().collect(),
            Some("meta.color") => body["meta"]["color"].as_str().into_iter().collect(),
            Some(_) => body["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        };
        let value_fits =
            rule.values.is_empty() || texts.iter().any(|text| rule.values.iter().any(|value| value == text));
        rule.verbs.has(verb) && kind_fits && value_fits
    })
}

type Docs = BTreeMap<(String, String), Value>;

fn visible(rules: &[Rule], docs: &Docs) -> Docs {
    let seen = docs.iter().filter(|((kind, id), body)| allowed(rules, Verb::Get, kind, id, body));
    seen.map(|(key, body)| (key.clone(), body.clone())).collect()
}

/// Whether the plain picture lets `rules` do this to these documents.
fn may(rules: &[Rule], docs: &Docs, op: &Op) -> bool {
    let (Op::Put(at, id, _) | Op::Delete(at, id)) = op;
    let (of, id) = (KINDS[*at], IDS[*id]);
    let old = docs.get(&(of.to_owned(), id.to_owned()));
    match (op, old) {
        (Op::Put(_, _, new), None) => allowed(rules, Verb::Post, of, id, new),
        (Op::Put(_, _, new), Some(old)) => [Verb::Put, Verb::Patch]
            .into_iter()
            .any(|verb| allowed(rules, verb, of, id, old) && allowed(rules, verb, of, id, new)),
        (Op::Delete(..), Some(old)) => allowed(rules, Verb::Delete, of, id, old),
        (Op::Delete(..), None) => false,
    }
}

async fn doing(space: &Space, op: &Op) -> Result<(), Error> {
    match op {
        Op::Put(at, id, body) => space.put(doc(KINDS[*at], IDS[*id], body.clone())).await.map(drop),
        Op::Delete(at, id) => space.delete(&kind(KINDS[*at]), IDS[*id], Expect::Any).await.map(drop),
    }
}

fn apply(docs: &mut Docs, op: &Op) {
    match op {
        Op::Put(at, id, body) => docs.insert((KINDS[*at].into(), IDS[*id].into()), body.clone()),
        Op::Delete(at, id) => docs.remove(&(KINDS[*at].to_owned(), IDS[*id].to_owned())),
    };
}

/// What a client that follows a scope knows.
struct Mirror {
    scope: Scope,
    docs: Docs,
    at: Seq,
}

impl Mirror {
    async fn follow(&mut self, space: &Space) {
        loop {
            let page = space.changes(&self.scope, self.at, 4).await.expect("changes");
            for change in page.items {
                match change {
                    Change::Doc(doc) if doc.deleted => drop(self.docs.remove(&(doc.key.kind.to_string(), doc.key.id))),
                    Change::Doc(doc) => {
                        let body = serde_json::from_str(&doc.body).expect("JSON");
                        self.docs.insert((doc.key.kind.to_string(), doc.key.id), body);
                    }
                    Change::Gone { key, .. } => drop(self.docs.remove(&(key.kind.to_string(), key.id))),
                    Change::Node { .. } => panic!("there are no nodes"),
                }
            }
            self.at = page.last;
            if !page.more {
                return;
            }
        }
    }
}

async fn run(rules: Vec<Rule>, ops: Vec<(bool, Op)>, looks: Vec<bool>) {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    let Ok(theirs) = house.data.personal(&app("alice", rules.clone())).await else {
        assert!(rules.is_empty(), "only without any rule there is nothing to see");
        return;
    };
    let mut docs = Docs::new();
    let mut mirrors = [
        Mirror { scope: Scope::All, docs: Docs::new(), at: Seq(0) },
        Mirror { scope: Scope::Kind(kind(THINGS)), docs: Docs::new(), at: Seq(0) },
    ];
    for ((by_app, op), look) in ops.into_iter().zip(looks) {
        if by_app {
            let wanted = may(&rules, &docs, &op);
            match doing(&theirs, &op).await {
                Ok(()) => assert!(wanted, "done though no rule allows it: {op:?} {rules:?}"),
                Err(error) => {
                    assert!(!wanted, "refused ({error}) though a rule allows it: {op:?} {rules:?}");
                    continue;
                }
            }
        } else if let Err(error) = doing(&own, &op).await {
            assert!(matches!((&op, error), (Op::Delete(..), Error::NotFound)));
            continue;
        }
        apply(&mut docs, &op);
        if look {
            for mirror in &mut mirrors {
                mirror.follow(&theirs).await;
            }
        }
        shows_exactly(&theirs, &rules, &docs).await;
    }
    let seen = visible(&rules, &docs);
    for mirror in &mut mirrors {
        mirror.follow(&theirs).await;
        let mut wanted = seen.clone();
        wanted.retain(|(of, _), _| !matches!(&mirror.scope, Scope::Kind(kind) if kind.as_str() != of));
        assert_eq!(mirror.docs, wanted, "who follows {:?} knows what they may see: {rules:?}", mirror.scope);
    }
}

async fn shows_exactly(space: &Space, rules: &[Rule], docs: &Docs) {
    let seen = visible(rules, docs);
    for of in KINDS {
        let listed = match space.list(&kind(of), None, 100).await {
            Err(Error::Forbidden) => Vec::new(),
            listed => listed.expect("a list"),
        };
        let listed: Vec<(String, String)> = listed.into_iter().map(|doc| (of.to_owned(), doc.key.id)).collect();
        let wanted: Vec<(String, String)> = seen.keys().filter(|(kind, _)| kind == of).cloned().collect();
        assert_eq!(listed, wanted, "{rules:?}");
        for id in IDS {
            let read = space.get(&kind(of), id).await.expect("read").is_some();
            assert_eq!(read, seen.contains_key(&(of.to_owned(), id.to_owned())), "{of} {id} {rules:?}");
        }
    }
    let found = match space.find(THINGS_BY_COLOR, &Query::default()).await {
        Err(Error::Forbidden) => 0,
        found => found.expect("found").docs.len(),
    };
    assert_eq!(found, seen.keys().filter(|(kind, _)| kind == THINGS).count(), "{rules:?}");
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn an_app_sees_and_does_exactly_what_its_rules_allow(
        rules in proptest::collection::vec(rule(), 1..4),
        ops in proptest::collection::vec((any::<bool>(), op()), 1..24),
        looks in proptest::collection::vec(any::<bool>(), 24),
    ) {
        block_on(run(rules, ops, looks));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_right_within_another_is_never_wider(
        mine in proptest::collection::vec(rule(), 0..3),
        theirs in proptest::collection::vec(rule(), 0..4),
        verb in proptest::sample::select(VERBS.to_vec()),
        of in proptest::sample::select(KINDS.to_vec()),
        id in proptest::sample::select(IDS.to_vec()),
        body in body(),
    ) {
        let (narrow, wide) = (Right::Rules(mine.clone()), Right::Rules(theirs.clone()));
        if narrow.within(&wide) && allowed(&mine, verb, of, id, &body) {
            prop_assert!(allowed(&theirs, verb, of, id, &body), "{mine:?} within {theirs:?}");
        }
        prop_assert!(narrow.within(&Right::EVERYTHING));
        prop_assert!(!Right::EVERYTHING.within(&wide));
    }

    #[test]
    fn a_rule_is_within_itself_and_within_itself_with_more(mut rules in proptest::collection::vec(rule(), 1..3), more in rule()) {
        // Malformed wildcards cover nothing; they are within nothing but "*".
        for rule in &mut rules {
            if matches!(rule.kind.as_str(), "io.cozy.*" | "com.example.*") {
                rule.kind = THINGS.into();
            }
        }
        let mut wider = rules.clone();
        wider.push(more);
        prop_assert!(Right::Rules(rules.clone()).within(&Right::Rules(rules.clone())));
        prop_assert!(Right::Rules(rules).within(&Right::Rules(wider)));
    }

    #[test]
    fn two_rights_together_allow_only_what_both_allow(
        credential in proptest::collection::vec(rule(), 0..3),
        space in proptest::collection::vec(rule(), 0..3),
        verb in proptest::sample::select(VERBS.to_vec()),
        of in proptest::sample::select(KINDS.to_vec()),
        id in proptest::sample::select(IDS.to_vec()),
        body in body(),
    ) {
        let standing = Standing::new(&app("alice", credential.clone()), Right::Rules(space.clone()), false);
        let both = allowed(&credential, verb, of, id, &body) && allowed(&space, verb, of, id, &body);
        prop_assert_eq!(standing.may(verb, &kind(of), id, &body), both);
    }
}

#[test]
fn a_wildcard_needs_three_parts() {
    let cases = [
        ("io.cozy.bank.*", "io.cozy.bank.accounts", true),
        ("io.cozy.bank.*", "io.cozy.bank", true),
        ("io.cozy.bank.*", "io.cozy.banker", false),
        ("io.cozy.*", "io.cozy.bank", false),
        ("io.*", "io.cozy", false),
        ("*", "io.cozy.files", true),
        ("io.cozy.bank*", "io.cozy.bank", false),
    ];
    for (pattern, of, wanted) in cases {
        let of = Kind::parse(of).expect("a kind");
        assert_eq!(Rule::of(pattern, Verbs::ALL).covers_kind(&of), wanted, "{pattern} {of}");
    }
}
