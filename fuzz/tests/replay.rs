//! The seeds, and what the fuzzers found: each once, without a fuzzer.

use std::fs;
use std::path::Path;

fn main() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (name, run) in fuzz::TARGETS {
        let mut files: Vec<_> = fs::read_dir(seeds.join(name))
            .expect("the target has seeds")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        for file in &files {
            fuzz::panics::name(format!(
                "fuzz/seeds/{name}/{}",
                file.file_name().unwrap().display()
            ));
            run(&fs::read(file).expect("a seed"));
        }
        println!("{} passed: seeds of {name}", files.len());
    }
}
