//! Compiles the peers' C, and links them, with the archive that `make` ships, and with that of KIND=graviola.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = here.join("../build/lib");
    let c = ["counted", "wire", "inkotls", "rustls_ffi", "openssl", "gnutls", "wolfssl", "mbedtls"];
    let files = c.map(|name| here.join("peers").join(name).with_extension("c"));
    let mut build = cc::Build::new();
    build
        .include(here.join("../include"))
        .include(here.join("../ffi-tests/support"))
        .include(env::var("DEP_RUSTLS_FFI_INCLUDE").expect("rustls-ffi's build script tells it"))
        .opt_level(2)
        .std("c11")
        .define("_GNU_SOURCE", None)
        .define("DEFINE_RING", None) // rustls.h shows what is of ring
        .flag("-fno-builtin-malloc")
        .warnings_into_errors(true);
    build.clone().files(&files).compile("peers");
    println!("cargo::rustc-link-search={}", library.display());
    println!("cargo::rustc-link-lib=static:-bundle=inkotls");
    with_graviola(here, build);
    for shared in ["ssl", "crypto", "gnutls", "wolfssl", "mbedtls", "mbedx509", "mbedcrypto"] {
        println!("cargo::rustc-link-lib={shared}");
    }
    println!("cargo::rustc-env=RUSTLS_VERSION={}", locked("rustls"));
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=peers");
    println!("cargo::rerun-if-changed=../ffi-tests/support/interposed.h");
    println!("cargo::rerun-if-changed={}", library.join("libinkotls.a").display());
}

/// The same peer on the other archive, all of whose names get a prefix.
fn with_graviola(here: &Path, mut build: cc::Build) {
    let archive = here.join("../build/graviola/lib/libinkotls.a");
    let symbols = here.join("../abi/symbols");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let (names, header) = (out.join("names"), out.join("names.h"));
    let symbols = fs::read_to_string(&symbols).expect("it is committed");
    let symbols = symbols.lines().chain(["inkotls_peer"]);
    let renamed: String = symbols.clone().map(|it| format!("{it} graviola_{it}\n")).collect();
    let defines: String = symbols.map(|it| format!("#define {it} graviola_{it}\n")).collect();
    fs::write(&names, renamed).expect("OUT_DIR can be written");
    fs::write(&header, defines).expect("OUT_DIR can be written");
    // clippy links nothing, and needs no archive.
    if archive.exists() {
        let objcopy = env::var("OBJCOPY").unwrap_or("objcopy".into());
        let status = Command::new(objcopy)
            .arg(format!("--redefine-syms={}", names.display()))
            .args([&archive, &out.join("libinkotls_graviola.a")])
            .status();
        assert!(status.is_ok_and(|it| it.success()), "objcopy fails");
    }
    build
        .file(here.join("peers/inkotls.c"))
        .define("PEER", "\"inkotls-graviola\"")
        .flag("-include")
        .flag(header)
        .compile("peers_graviola");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-lib=static:-bundle=inkotls_graviola");
    println!("cargo::rerun-if-changed={}", archive.display());
}

/// The version of a crate that Cargo.lock names.
fn locked(name: &str) -> String {
    let lock = std::fs::read_to_string("Cargo.lock").expect("cargo wrote it");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = lock.split(&entry).nth(1).expect("a dependency");
    rest.split('"').next().expect("a version").to_owned()
}
