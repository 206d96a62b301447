//! Compiles the module in C. Cargo passes the directory of inkotls.h, because inkotls declares `links`.

fn main() {
    let include = std::env::var_os("DEP_INKOTLS_INCLUDE").expect("DEP_INKOTLS_INCLUDE");
    cc::Build::new().include(include).file("module.c").compile("module");
    println!("cargo::rerun-if-changed=module.c");
    // A shared object that the program loads later finds the functions of inkotls in the program.
    println!("cargo::rustc-link-arg-bins=-rdynamic");
}
