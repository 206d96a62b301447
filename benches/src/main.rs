//! inkotls through its C ABI beside its peers, on the same work:
//!
//!     bench PKI RESULTS ROUNDS [WORK]...
//!
//! Where the loader and the allocator happen to put code and data changes some figures by several
//! percent, and stays as it is for as long as a process lives. So several processes measure, a part of
//! the rounds each.
//!
//! PKI is the folder that examples/pki.sh made, RESULTS the one that results.json and results.svg
//! go to. A WORK is a part of the name of what is measured, or @ and the name of a peer; without
//! one, all is measured, and of all peers. It exits with 1 where a goal (goals.rs) is missed.

mod aead;
mod checks;
mod counted;
mod counts;
mod goals;
mod in_place;
mod json;
mod laps;
mod machine;
mod native;
mod peer;
mod pki;
mod plot;
mod report;
mod rounds;
mod socket;
mod table;
mod work;

use goals::Outcome;
use peer::Peer;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};
use table::Table;

/// All that there is to tell.
pub struct Run {
    /// The peer that the others are measured by.
    pub baseline: &'static str,
    pub facts: Vec<(&'static str, String)>,
    pub table: Table,
    pub outcomes: Vec<Outcome>,
}

/// How many processes measure.
pub const PROCESSES: usize = 4;
/// Is set in the environment of each.
const PART: &str = "BENCH_PART";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().expect("bench PKI RESULTS ROUNDS [WORK]...");
    pki::set_folder(next());
    let results = next();
    let rounds: usize = next().parse().expect("how many rounds");
    let (only_peers, only): (Vec<_>, Vec<_>) = arguments.partition(|part| part.starts_with('@'));

    let mut peers = peer::all();
    peers.retain(|peer| {
        only_peers.is_empty() || only_peers.iter().any(|part| part[1..] == *peer.name())
    });
    let part_of_rounds = rounds.div_ceil(PROCESSES);
    if env::var_os(PART).is_some() {
        peers.iter().for_each(|peer| checks::run(peer));
        print!("{}", measure(&peers, part_of_rounds, &only).written());
        return ExitCode::SUCCESS;
    }
    let mut facts = machine::facts();
    facts.extend(peers.iter().map(|peer| (peer.name(), peer.version().to_owned())));
    facts.push(("rounds", (part_of_rounds * PROCESSES).to_string()));
    let mut table = Table::default();
    for process in 1..=PROCESSES {
        eprintln!("process {process} of {PROCESSES}");
        table.read(&part());
    }
    let outcomes = goals::outcomes(&table);
    let run = Run { baseline: peer::all()[0].name(), facts, table, outcomes };

    report::print(&run);
    let write = |file: &str, text| fs::write(format!("{results}/{file}"), text);
    write("results.json", json::of(&run)).expect("the results cannot be written");
    write("results.svg", plot::of(&run)).expect("the plot cannot be written");
    ExitCode::from(u8::from(run.outcomes.iter().any(|it| it.is_missed)))
}

/// What a process prints that measures a part of the rounds.
fn part() -> String {
    let this = env::current_exe().expect("this program");
    let mut command = Command::new(this);
    command.args(env::args_os().skip(1)).env(PART, "").stderr(Stdio::inherit());
    let output = command.output().expect("a process that measures");
    assert!(output.status.success(), "a process that measures has failed");
    String::from_utf8(output.stdout).expect("figures")
}

fn measure(peers: &[&'static Peer], rounds: usize, only: &[String]) -> Table {
    let mut table = Table::default();
    let is_asked = |name: &str| {
        let asked = only.is_empty() || only.iter().any(|part| name.contains(&**part));
        if asked {
            eprintln!("{name}");
        }
        asked
    };
    for work in work::ALL.iter().filter(|work| is_asked(work.name)) {
        rounds::run(&mut table, work, peers, rounds);
    }
    for (name, count) in counts::ALL.iter().filter(|(name, _)| is_asked(name)) {
        peers.iter().for_each(|peer| count(&mut table, name, peer));
    }
    table
}
