//! Reads `src/capi`: the declarations with syn, and the comments on them.

use crate::model::{Api, Constant, Doc, Enum, Function, Handle, Parameter, Place, Row};
use proc_macro2::{Ident, Span};
use std::path::Path;
use std::{fs, io};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, FnArg, Item, Lit, Meta, Pat, Result, ReturnType, Type};

/// A line of a comment, with its number in the file.
type Line = (usize, String);

/// Reads the modules of a folder in the order of its mod.rs. Problems are what breaks the grammar.
pub fn folder(root: &Path, folder: &str, problems: &mut Vec<String>) -> io::Result<Api> {
    let mut api = Api::default();
    let list = fs::read_to_string(root.join(folder).join("mod.rs"))?;
    for item in syn::parse_file(&list).map_err(io::Error::other)?.items {
        if let Item::Mod(module) = item {
            let file = format!("{folder}/{}.rs", module.ident);
            let text = fs::read_to_string(root.join(&file))?;
            let mut module = Module { file: &file, problems };
            module.read(&text, &mut api).map_err(|error| {
                io::Error::other(format!("{file}:{}: {error}", error.span().start().line))
            })?;
        }
    }
    Ok(api)
}

/// The file that is being read.
pub struct Module<'a> {
    pub file: &'a str,
    pub problems: &'a mut Vec<String>,
}

impl Module<'_> {
    /// Adds the module's exports.
    pub fn read(&mut self, text: &str, api: &mut Api) -> Result<()> {
        for item in syn::parse_file(text)?.items {
            match item {
                Item::Enum(it) if is_export(&it.ident) => api.enums.push(self.read_enum(&it)?),
                Item::Struct(it) if is_export(&it.ident) => api.handles.push(Handle {
                    name: it.ident.to_string(),
                    place: self.place(it.ident.span()),
                    text: self.prose(&it.attrs, &it.ident.to_string()),
                }),
                Item::Type(it) if is_export(&it.ident) => {
                    let Some(Type::BareFn(callback)) = argument_of(&it.ty, "Option") else {
                        return Err(Error::new(it.ty.span(), "not an optional function"));
                    };
                    let name = |it: &syn::BareFnArg| it.name.as_ref().map(|(name, _)| name.clone());
                    let inputs = callback.inputs.iter().map(|it| (name(it), &it.ty));
                    let function = self.function(&it.ident, &it.attrs, inputs, &callback.output)?;
                    api.callbacks.push(function);
                }
                Item::Fn(it) if it.sig.abi.is_some() && is_export(&it.sig.ident) => {
                    let inputs = it.sig.inputs.iter().filter_map(|it| match it {
                        FnArg::Typed(it) => Some((pattern_name(&it.pat), &*it.ty)),
                        FnArg::Receiver(_) => None,
                    });
                    let name = &it.sig.ident;
                    api.functions.push(self.function(name, &it.attrs, inputs, &it.sig.output)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_enum(&mut self, it: &syn::ItemEnum) -> Result<Enum> {
        let name = it.ident.to_string();
        let mut constants = Vec::new();
        for variant in &it.variants {
            let Some((_, value)) = &variant.discriminant else {
                return Err(Error::new(variant.span(), "a constant without a number"));
            };
            let name = constant_name(&name, &variant.ident.to_string());
            let text = self.prose(&variant.attrs, &name);
            let place = self.place(variant.ident.span());
            constants.push(Constant { name, value: number(value)?, place, text });
        }
        let text = self.prose(&it.attrs, &name);
        Ok(Enum { name, place: self.place(it.ident.span()), text, constants })
    }

    fn function<'a>(
        &mut self,
        name: &Ident,
        attributes: &[Attribute],
        inputs: impl Iterator<Item = (Option<Ident>, &'a Type)>,
        output: &ReturnType,
    ) -> Result<Function> {
        let mut parameters = Vec::new();
        for (name, ty) in inputs {
            let name = name.ok_or_else(|| Error::new(ty.span(), "a parameter without a name"))?;
            parameters.push(parameter(name.to_string(), ty)?);
        }
        let result = match output {
            ReturnType::Default => "void".into(),
            ReturnType::Type(_, ty) => ctype(ty)?,
        };
        let place = self.place(name.span());
        let name = name.to_string();
        let doc = self.comment(attributes, &name);
        Ok(Function { name, place, result, parameters, doc })
    }

    /// A comment of paragraphs only.
    fn prose(&mut self, attributes: &[Attribute], name: &str) -> Vec<String> {
        let lines = self.lines(attributes, name);
        self.blocks(&lines, name).into_iter().map(|block| joined(&block)).collect()
    }

    /// A comment on a function: the summary, paragraphs, rows of parameters, rows of statuses.
    fn comment(&mut self, attributes: &[Attribute], name: &str) -> Doc {
        let lines = self.lines(attributes, name);
        let mut doc = Doc::default();
        for block in self.blocks(&lines, name) {
            let (line, first) = (block[0].0, &block[0].1);
            let Some((names, _)) = row_start(first) else {
                if !doc.parameters.is_empty() || !doc.statuses.is_empty() {
                    self.problem(line, name, "a paragraph stands after the rows");
                }
                match doc.summary.is_empty() {
                    true => doc.summary = joined(&block),
                    false => doc.paragraphs.push(joined(&block)),
                }
                continue;
            };
            let are_statuses = is_status(&names[0]);
            let rows = self.rows(&block, name);
            if rows.iter().any(|row| row.names.iter().any(|it| is_status(it) != are_statuses)) {
                self.problem(line, name, "rows of parameters and of statuses in one block");
            }
            let place = if are_statuses { &mut doc.statuses } else { &mut doc.parameters };
            let is_late = !place.is_empty();
            place.extend(rows);
            if is_late || (!are_statuses && !doc.statuses.is_empty()) {
                let what = "the rows are not one block of parameters, then one of statuses";
                self.problem(line, name, what);
            }
        }
        doc
    }

    fn rows(&mut self, block: &[Line], name: &str) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (line, text) in block {
            match (row_start(text), rows.last_mut()) {
                (Some((names, text)), _) => {
                    rows.push(Row { names, text: text.into(), line: *line })
                }
                (None, Some(row)) if text.starts_with("    ") => {
                    row.text += " ";
                    row.text += text.trim();
                }
                _ => self.problem(*line, name, "a row has no two spaces after its names"),
            }
        }
        rows
    }

    /// What stands between blank lines.
    fn blocks(&mut self, lines: &[Line], name: &str) -> Vec<Vec<Line>> {
        let blocks = lines.split(|(_, text)| text.is_empty()).filter(|it| !it.is_empty());
        let blocks: Vec<_> = blocks.map(<[Line]>::to_vec).collect();
        for block in blocks.iter().filter(|block| row_start(&block[0].1).is_none()) {
            for (line, _) in block
                .iter()
                .filter(|(_, text)| [" ", "- ", "* ", "#"].iter().any(|it| text.starts_with(it)))
            {
                self.problem(*line, name, "a paragraph has an indented line, a list or a heading");
            }
        }
        blocks
    }

    /// The lines of a comment without the space before each.
    fn lines(&mut self, attributes: &[Attribute], name: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        for attribute in attributes.iter().filter(|it| it.path().is_ident("doc")) {
            let line = attribute.span().start().line;
            let Meta::NameValue(meta) = &attribute.meta else { continue };
            let Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { continue };
            let text = text.value();
            if attribute.span().end().column > 100 {
                self.problem(line, name, "the line has more than 100 columns");
            }
            lines.push((line, text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned()));
        }
        lines
    }

    fn place(&self, span: Span) -> Place {
        Place { file: self.file.into(), line: span.start().line }
    }

    fn problem(&mut self, line: usize, name: &str, what: &str) {
        self.problems.push(format!("{}:{line}: {name}: {what}", self.file));
    }
}

/// The names and the beginning of the text, where a line begins a row.
fn row_start(line: &str) -> Option<(Vec<String>, &str)> {
    let (head, text) = line.split_once("  ")?;
    let names: Vec<_> = head.split(", ").map(str::to_owned).collect();
    let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let is_name = |name: &String| !name.is_empty() && name.chars().all(is_letter);
    names.iter().all(is_name).then_some((names, text.trim()))
}

fn is_status(name: &str) -> bool {
    name.chars().all(|it| it.is_ascii_uppercase() || it == '_')
}

fn joined(lines: &[Line]) -> String {
    let lines: Vec<_> = lines.iter().map(|(_, text)| text.trim()).collect();
    lines.join(" ")
}

fn is_export(name: &Ident) -> bool {
    name.to_string().starts_with("inkotls_")
}

/// INKOTLS_STATUS_WANT_READ, of the variant WantRead of inkotls_status.
fn constant_name(name: &str, variant: &str) -> String {
    let mut constant = name.to_ascii_uppercase();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() {
            constant.push('_');
        }
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

fn number(value: &Expr) -> Result<i64> {
    match value {
        Expr::Lit(syn::ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse(),
        Expr::Unary(minus) => Ok(-number(&minus.expr)?),
        _ => Err(Error::new(value.span(), "not a number")),
    }
}

fn pattern_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    }
}

/// What can be written through a pointer is an output, except handles and the user's data.
fn parameter(name: String, ty: &Type) -> Result<Parameter> {
    let referred = argument_of(ty, "Option").and_then(|it| match it {
        Type::Reference(it) => argument_of(&it.elem, "MaybeUninit"),
        _ => None,
    });
    let ctype = ctype(ty)?;
    let buffer = ["void *", "uint8_t *", "char *"].contains(&ctype.as_str());
    let is_output = referred.is_some() || (buffer && !name.ends_with("user_data"));
    Ok(Parameter { name, ctype, is_output })
}

/// T of Option<T>, say.
fn argument_of<'a>(ty: &'a Type, generic: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|it| it.ident == generic)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// The C type of a Rust type.
fn ctype(ty: &Type) -> Result<String> {
    let pointer = |is_const: bool, to: &Type| {
        let to = ctype(to)?;
        let space = if to.ends_with('*') { "" } else { " " };
        Ok(format!("{}{to}{space}*", if is_const { "const " } else { "" }))
    };
    match ty {
        Type::Ptr(it) => pointer(it.const_token.is_some(), &it.elem),
        Type::Reference(it) => pointer(it.mutability.is_none(), &it.elem),
        Type::Path(path) => {
            if let Some(owned) = argument_of(ty, "Box") {
                return pointer(false, owned);
            }
            if let Some(inner) = ["Option", "MaybeUninit"].iter().find_map(|it| argument_of(ty, it))
            {
                return ctype(inner);
            }
            let name = path.path.segments.last().map(|it| it.ident.to_string()).unwrap_or_default();
            Ok(match name.as_str() {
                "c_void" => "void",
                "c_char" => "char",
                "u8" => "uint8_t",
                "u16" => "uint16_t",
                "u32" => "uint32_t",
                "u64" => "uint64_t",
                "i32" => "int32_t",
                "i64" => "int64_t",
                "usize" => "size_t",
                "Status" => "inkotls_status",
                _ if name.starts_with("inkotls_") => &name,
                _ => return Err(Error::new(ty.span(), "a type that C has not")),
            }
            .into())
        }
        _ => Err(Error::new(ty.span(), "a type that C has not")),
    }
}
