//! The table, for a person.

use crate::goals::Outcome;
use crate::table::{Row, Table};
use crate::work::RATIO;
use crate::{PROCESSES, Run};

const LABEL: usize = 38;
const WIDTH: usize = 19;

pub fn print(run: &Run) {
    for (name, fact) in &run.facts {
        println!("{name:20}{fact}");
    }
    println!(
        "\nMedian of the rounds, a part of them in each of {PROCESSES} processes. The others as ratios to {}, taken \
         round by round, ± half of the interquartile range.\nMore is better in what has a unit per second, less in all else.",
        run.baseline
    );
    for group in run.table.groups() {
        print_group(&run.table, group, run.baseline);
    }
    println!();
    for Outcome { text, figure, is_reached, is_missed } in &run.outcomes {
        let answer = match (is_reached, is_missed) {
            (true, _) => "reached",
            (false, false) => "not reached, by less than the spread",
            (false, true) => "not reached",
        };
        println!("{text:<72}{figure:>9.2}  {answer}");
    }
}

fn print_group(table: &Table, group: &str, baseline: &str) {
    let rows: Vec<_> = table.rows.iter().filter(|row| row.group == group).collect();
    let mut columns: Vec<&str> = Vec::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        if !columns.contains(&&*cell.peer) {
            columns.push(&cell.peer);
        }
    }
    print!("\n{group:LABEL$}");
    columns.iter().for_each(|column| print!("{column:>WIDTH$}"));
    println!();
    for row in rows {
        print!("  {:1$}", row.name, LABEL - 2);
        columns.iter().for_each(|column| print!("{:>WIDTH$}", cell(row, column, baseline)));
        println!();
    }
}

/// The baseline's figure, and the others' ratio to it.
fn cell(row: &Row, peer: &str, baseline: &str) -> String {
    let is_ratio = row.unit == RATIO;
    let Some(own) = row.spread(peer) else {
        return if is_ratio { "lacks it" } else { "-" }.to_owned();
    };
    match if is_ratio { Some(own) } else { row.ratio(peer, baseline) } {
        Some(ratio) if is_ratio || peer != baseline => {
            format!("{:.2} ±{:.2}", ratio.median, ratio.half_range())
        }
        _ if own.median >= 100.0 => format!("{:.0} {}", own.median, row.unit),
        _ => format!("{:.2} {}", own.median, row.unit),
    }
}
