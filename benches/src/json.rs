//! The same for a program.

use crate::Run;
use crate::table::{Cell, Row};

pub fn of(run: &Run) -> String {
    let facts = run.facts.iter().map(|(name, fact)| format!("{}: {}", text(name), text(fact)));
    let rows = run.table.rows.iter().map(|row| row_of(row, run.baseline));
    let goals = run.outcomes.iter().map(|it| {
        let (goal, reached) = (text(&it.text), it.is_reached);
        format!("{{\"goal\": {goal}, \"figure\": {:.4}, \"reached\": {reached}}}", it.figure)
    });
    format!(
        "{{\n\"facts\": {{{}}},\n\"rows\": [\n{}\n],\n\"goals\": [\n{}\n]\n}}\n",
        list(facts, ", "),
        list(rows, ",\n"),
        list(goals, ",\n")
    )
}

fn row_of(row: &Row, baseline: &str) -> String {
    let cells = row.cells.iter().map(|cell| cell_of(row, cell, baseline));
    format!(
        "{{\"work\": {}, \"figure\": {}, \"unit\": {}, \"peers\": [{}]}}",
        text(&row.group),
        text(&row.name),
        text(&row.unit),
        list(cells, ", ")
    )
}

fn cell_of(row: &Row, cell: &Cell, baseline: &str) -> String {
    let ratio = row.ratio(&cell.peer, baseline).map_or("null".to_owned(), |it| {
        format!("[{:.4}, {:.4}, {:.4}]", it.low, it.median, it.high)
    });
    let rounds = list(cell.rounds.iter().map(|figure| format!("{figure:.3}")), ", ");
    format!("{{\"peer\": {}, \"ratio\": {ratio}, \"rounds\": [{rounds}]}}", text(&cell.peer))
}

/// Nothing here has a control character.
fn text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}
