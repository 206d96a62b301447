//! Where it was measured.

use std::fs;
use std::thread::available_parallelism;

/// Names and what they are here.
pub fn facts() -> Vec<(&'static str, String)> {
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let load = read("/proc/loadavg");
    vec![
        ("processor", model.to_owned()),
        ("cores", available_parallelism().map_or(0, usize::from).to_string()),
        ("kernel", read("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("load", load.split(' ').next().unwrap_or_default().to_owned()),
    ]
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
