//! What was measured: rows of figures, one for each round of each peer.

/// A row of the table: one figure of one kind of work.
pub struct Row {
    pub group: String,
    pub name: String,
    pub unit: String,
    pub cells: Vec<Cell>,
}

/// One peer's figures in a row, round by round.
pub struct Cell {
    pub peer: String,
    pub rounds: Vec<f64>,
}

/// A median, and the quartiles around it.
#[derive(Clone, Copy)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |part: f64| figures[((figures.len() - 1) as f64 * part).round() as usize];
        Self { low: at(0.25), median: at(0.5), high: at(0.75) }
    }

    /// Half of the interquartile range.
    pub fn half_range(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

impl Row {
    pub fn is(&self, group: &str, name: &str) -> bool {
        self.group == group && self.name == name
    }

    fn rounds(&self, peer: &str) -> Option<&[f64]> {
        Some(&self.cells.iter().find(|cell| cell.peer == peer)?.rounds)
    }

    pub fn spread(&self, peer: &str) -> Option<Spread> {
        Some(Spread::of(self.rounds(peer)?.to_vec()))
    }

    /// Of `peer` to `other`, taken round by round.
    pub fn ratio(&self, peer: &str, other: &str) -> Option<Spread> {
        let pairs = self.rounds(peer)?.iter().zip(self.rounds(other)?);
        Some(Spread::of(pairs.map(|(figure, other)| figure / other).collect()))
    }
}

#[derive(Default)]
pub struct Table {
    pub rows: Vec<Row>,
}

impl Table {
    pub fn add(&mut self, group: &str, name: &str, unit: &str, peer: &str, figure: f64) {
        let place = self.rows.iter().position(|row| row.is(group, name));
        let place = place.unwrap_or_else(|| {
            let (group, name, unit) = (group.to_owned(), name.to_owned(), unit.to_owned());
            self.rows.push(Row { group, name, unit, cells: Vec::new() });
            self.rows.len() - 1
        });
        let cells = &mut self.rows[place].cells;
        match cells.iter_mut().find(|cell| cell.peer == peer) {
            Some(cell) => cell.rounds.push(figure),
            None => cells.push(Cell { peer: peer.to_owned(), rounds: vec![figure] }),
        }
    }

    /// A line for each figure, with tabs, for `read`.
    pub fn written(&self) -> String {
        let mut lines = String::new();
        for Row { group, name, unit, cells } in &self.rows {
            for Cell { peer, rounds } in cells {
                for figure in rounds {
                    lines += &format!("{group}\t{name}\t{unit}\t{peer}\t{figure}\n");
                }
            }
        }
        lines
    }

    /// Adds the figures of another table.
    pub fn read(&mut self, written: &str) {
        for line in written.lines() {
            let [group, name, unit, peer, figure] =
                line.split('\t').collect::<Vec<_>>().try_into().expect("five parts");
            self.add(group, name, unit, peer, figure.parse().expect("a figure"));
        }
    }

    /// The kinds of work, in the order in which they were done.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = self.rows.iter().map(|row| &*row.group).collect();
        groups.dedup();
        groups
    }

    pub fn row(&self, group: &str, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.is(group, name))
    }
}
