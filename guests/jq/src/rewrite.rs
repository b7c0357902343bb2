//! Rewrites a parsed filter where jq means something else than jaq: assignments make what is missing, whole
//! quotients are integers, interpolated numbers look like jq's.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

type T<'s> = Term<&'s str>;

/// The filter in jaq's terms.
pub fn go(term: T<'_>) -> T<'_> {
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) => term,
        Term::Var("$__loc__") => Term::Call("_location", Vec::new()),
        Term::Var(_) => term,
        Term::Str(format, parts) => {
            let plain = format.is_none() || format == Some("@text");
            let parts = parts
                .into_iter()
                .map(|part| match part {
                    StrPart::Term(inner) if plain => StrPart::Term(pipe(go(inner), call("tostring"))),
                    StrPart::Term(inner) => StrPart::Term(go(inner)),
                    other => other,
                })
                .collect();
            Term::Str(format, parts)
        }
        Term::Arr(inner) => Term::Arr(inner.map(go_box)),
        Term::Obj(entries) => Term::Obj(entries.into_iter().map(|(key, value)| (go(key), value.map(go))).collect()),
        Term::Neg(inner) => Term::Neg(go_box(inner)),
        Term::BinOp(left, operator, right) => binary(go(*left), operator, go(*right)),
        Term::Label(name, inner) => Term::Label(name, go_box(inner)),
        Term::Fold(name, source, bound, parts) => Term::Fold(name, go_box(source), pattern(bound), parts.into_iter().map(go).collect()),
        Term::TryCatch(body, handler) => Term::TryCatch(go_box(body), handler.map(go_box)),
        Term::IfThenElse(branches, otherwise) => {
            Term::IfThenElse(branches.into_iter().map(|(test, then)| (go(test), go(then))).collect(), otherwise.map(go_box))
        }
        Term::Def(definitions, rest) => Term::Def(definitions.into_iter().map(definition).collect(), go_box(rest)),
        Term::Call(name, arguments) => Term::Call(name, arguments.into_iter().map(go).collect()),
        Term::Path(head, Path(parts)) => {
            let parts = parts
                .into_iter()
                .map(|(part, optional)| {
                    let part = match part {
                        Part::Index(index) => Part::Index(go(index)),
                        Part::Range(from, to) => Part::Range(from.map(go), to.map(go)),
                    };
                    (part, optional)
                })
                .collect();
            Term::Path(go_box(head), Path(parts))
        }
    }
}

fn go_box(term: Box<T<'_>>) -> Box<T<'_>> {
    Box::new(go(*term))
}

fn definition<'s>(definition: Def<&'s str>) -> Def<&'s str> {
    Def { name: definition.name, args: definition.args, body: go(definition.body) }
}

fn pattern<'s>(bound: Pattern<&'s str>) -> Pattern<&'s str> {
    match bound {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(pattern).collect()),
        Pattern::Obj(entries) => Pattern::Obj(entries.into_iter().map(|(key, value)| (go(key), pattern(value))).collect()),
    }
}

fn call<'s>(name: &'s str) -> T<'s> {
    Term::Call(name, Vec::new())
}

fn pipe<'s>(left: T<'s>, right: T<'s>) -> T<'s> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn binary<'s>(left: T<'s>, operator: BinaryOp<&'s str>, right: T<'s>) -> T<'s> {
    match operator {
        BinaryOp::Assign => Term::Call("_assign", vec![left, right]),
        BinaryOp::Update => Term::Call("_modify", vec![left, right]),
        BinaryOp::UpdateAlt => Term::Call("_alter", vec![left, right]),
        BinaryOp::UpdateMath(Math::Div) => Term::Call("_change_div", vec![left, right]),
        BinaryOp::UpdateMath(math) => Term::Call(change(math), vec![left, right]),
        BinaryOp::Math(Math::Div) => Term::Call("_divide", vec![left, right]),
        BinaryOp::Pipe(bound) => Term::BinOp(Box::new(left), BinaryOp::Pipe(bound.map(pattern)), Box::new(right)),
        other => Term::BinOp(Box::new(left), other, Box::new(right)),
    }
}

fn change(math: Math) -> &'static str {
    match math {
        Math::Add => "_change_add",
        Math::Sub => "_change_sub",
        Math::Mul => "_change_mul",
        Math::Div => "_change_div",
        Math::Rem => "_change_rem",
    }
}
