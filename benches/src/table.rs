//! What was measured: rows of figures, one for each round of each peer.

/// A row of the table: one figure of one kind of work.
pub struct Row {
    pub group: String,
    pub name: String,
    pub unit: &'static str,
    pub cells: Vec<Cell>,
}

/// One peer's figures in a row, round by round.
pub struct Cell {
    pub peer: &'static str,
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
    pub fn add(
        &mut self,
        group: &str,
        name: &str,
        unit: &'static str,
        peer: &'static str,
        figure: f64,
    ) {
        let place = self.rows.iter().position(|row| row.is(group, name));
        let place = place.unwrap_or_else(|| {
            let (group, name) = (group.to_owned(), name.to_owned());
            self.rows.push(Row { group, name, unit, cells: Vec::new() });
            self.rows.len() - 1
        });
        let cells = &mut self.rows[place].cells;
        match cells.iter_mut().find(|cell| cell.peer == peer) {
            Some(cell) => cell.rounds.push(figure),
            None => cells.push(Cell { peer, rounds: vec![figure] }),
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
