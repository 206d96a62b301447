//! What the library exports, and what the comments say of it.

/// Everything that `src/capi` exports, in the order of the sources.
#[derive(Default)]
pub struct Api {
    pub enums: Vec<Enum>,
    pub handles: Vec<Handle>,
    pub callbacks: Vec<Function>,
    pub functions: Vec<Function>,
}

/// A part of the header, with the exports that the table of chapters gives it.
pub struct Chapter<'a> {
    pub id: &'static str,
    pub title: &'static str,
    pub enums: Vec<&'a Enum>,
    pub functions: Vec<&'a Function>,
}

/// What is written in files of its own.
pub struct Texts {
    /// What a reader of the header must know first.
    pub preface: String,
    /// Headings in the first column, and below each its paragraphs, which are indented.
    pub notes: String,
}

pub struct Place {
    pub file: String,
    pub line: usize,
}

pub struct Enum {
    pub name: String,
    pub place: Place,
    pub text: Vec<String>,
    pub constants: Vec<Constant>,
}

pub struct Constant {
    pub name: String,
    pub value: i64,
    pub place: Place,
    pub text: Vec<String>,
}

/// A type whose content only the library knows.
pub struct Handle {
    pub name: String,
    pub place: Place,
    pub text: Vec<String>,
}

/// A function of the library, or the type of a callback.
pub struct Function {
    pub name: String,
    pub place: Place,
    /// The C type of what it returns.
    pub result: String,
    pub parameters: Vec<Parameter>,
    pub doc: Doc,
}

pub struct Parameter {
    pub name: String,
    /// Its C type; that of a pointer ends with an asterisk.
    pub ctype: String,
    /// The function writes what it points to, and does not read it.
    pub is_output: bool,
}

/// A comment on a function, in its four parts.
#[derive(Default)]
pub struct Doc {
    pub summary: String,
    pub paragraphs: Vec<String>,
    pub parameters: Vec<Row>,
    pub statuses: Vec<Row>,
}

/// What is said of parameters, or of statuses.
pub struct Row {
    pub names: Vec<String>,
    pub text: String,
    pub line: usize,
}

/// How long the library uses what an argument points to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    Copied,
    Borrowed,
    Retained,
    Consumed,
    Kept,
}

/// What the numbers of a parameter mean.
pub enum Number<'a> {
    Enum(&'a str),
    Bits(&'a str),
    Boolean,
    Plain,
}

/// The fixed phrases of a row on a pointer that the library reads.
pub const LIFETIMES: [(&str, Lifetime); 5] = [
    ("Copied.", Lifetime::Copied),
    ("Borrowed for this call.", Lifetime::Borrowed),
    ("Retained.", Lifetime::Retained),
    ("Consumed when the call returns OK.", Lifetime::Consumed),
    ("Must stay valid until ", Lifetime::Kept),
];

impl Api {
    pub fn handle(&self, name: &str) -> Option<&Handle> {
        self.handles.iter().find(|handle| handle.name == name)
    }

    pub fn callback(&self, name: &str) -> Option<&Function> {
        self.callbacks.iter().find(|callback| callback.name == name)
    }

    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The handle to which a parameter points, once or twice.
    pub fn handle_of(&self, ctype: &str) -> Option<&Handle> {
        self.handle(base(ctype)).filter(|_| is_pointer(ctype))
    }

    /// The handle whose family a function belongs to, which is its first parameter.
    pub fn receiver<'a>(&self, function: &'a Function) -> Option<&'a Parameter> {
        let first = function.parameters.first()?;
        let handle = self.handle_of(&first.ctype).filter(|_| !first.is_output)?;
        function.name[handle.name.len().min(function.name.len())..]
            .starts_with('_')
            .then_some(first)
    }

    /// That handle.
    pub fn family(&self, function: &Function) -> Option<&Handle> {
        self.handle_of(&self.receiver(function)?.ctype)
    }

    /// The handle whose page in the site describes a function: the first parameter, or what it creates.
    pub fn owner(&self, function: &Function) -> Option<&Handle> {
        let created = || self.handles.iter().find(|it| function.creates(&it.name));
        self.family(function).or_else(created)
    }

    /// The callback types that come into a chapter, each before the first function that takes it.
    pub fn callbacks_before<'a>(
        &'a self,
        function: &'a Function,
        declared: &mut Vec<&'a str>,
    ) -> Vec<&'a Function> {
        let types = function.parameters.iter().filter_map(|it| self.callback(&it.ctype));
        let new: Vec<_> = types.filter(|it| !declared.contains(&it.name.as_str())).collect();
        declared.extend(new.iter().map(|it| it.name.as_str()));
        new
    }
}

impl Function {
    pub fn row(&self, parameter: &str) -> Option<&Row> {
        self.doc.parameters.iter().find(|row| row.names.iter().any(|name| name == parameter))
    }

    /// All that the comment says, apart from its rows.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        [&self.doc.summary].into_iter().chain(&self.doc.paragraphs).map(String::as_str)
    }

    /// All that the comment says.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let rows = self.doc.parameters.iter().chain(&self.doc.statuses);
        self.prose().chain(rows.map(|row| row.text.as_str()))
    }

    /// Whether it returns a new handle of a type, or writes one.
    pub fn creates(&self, handle: &str) -> bool {
        let outputs = self.parameters.iter().filter(|it| it.is_output).map(|it| (&it.ctype, " **"));
        let new = [(&self.result, " *")].into_iter().chain(outputs);
        new.into_iter().any(|(ctype, stars)| {
            ctype.trim_start_matches("const ").strip_prefix(handle) == Some(stars)
        })
    }

    pub fn ends_handle(&self) -> bool {
        ["_free", "_release"].iter().any(|end| self.name.ends_with(end))
    }

    /// The first version that has it, where the comment says "Since 0.2.0.": the first of all is 0.1.0.
    pub fn since(&self) -> &str {
        let since = self.prose().find_map(|text| text.strip_prefix("Since ")?.strip_suffix('.'));
        since.unwrap_or("0.1.0")
    }

    /// The sentence that says why the call blocks, such as "The call reads the file, and may block."
    pub fn may_block(&self) -> Option<&str> {
        let mut sentences = self.prose().flat_map(|text| text.split_inclusive(". "));
        let is_of_call = |it: &&str| it.contains("he call ") || it.starts_with(&self.name);
        sentences.find(|it| is_of_call(it) && it.contains("may block")).map(str::trim)
    }

    /// The parameter that has the length of what a pointer points to: both are in one row, or are both outputs.
    pub fn length_of(&self, pointer: &Parameter) -> Option<&Parameter> {
        let at = self.parameters.iter().position(|it| it.name == pointer.name)?;
        let next = self.parameters.get(at + 1)?;
        let is_size = next.ctype.starts_with("size_t") && next.name != "used";
        let pointee = pointer.ctype.trim_start_matches("const ");
        let is_array = ["void *", "char *", "uint8_t *", "uint16_t *"];
        is_array.iter().any(|it| pointee.starts_with(it)).then_some(next).filter(|_| is_size)
    }

    /// The pointer of which a parameter has the length: the length of an input, the size of a buffer, how
    /// much the function has written, or how much of an input it has used.
    pub fn measured_by(&self, length: &Parameter) -> Option<&Parameter> {
        let at = self.parameters.iter().position(|it| it.name == length.name)?;
        let mut before = self.parameters[..at].iter().rev();
        match length.ctype.as_str() {
            "size_t" => before.next().filter(|it| self.length_of(it).is_some()),
            "size_t *" if length.name == "used" => before.find(|it| self.length_of(it).is_some()),
            "size_t *" => before.find(|it| it.is_output && is_pointer(&it.ctype)),
            _ => None,
        }
    }

    /// What it returns, where that is not only a status.
    pub fn returns(&self) -> Option<&str> {
        // A paragraph says more than the summary.
        let is_result = |text: &&String| text.starts_with("Returns ");
        let paragraph = self.doc.paragraphs.iter().find(is_result);
        paragraph.or(Some(&self.doc.summary).filter(is_result)).map(String::as_str)
    }
}

impl Row {
    pub fn lifetimes(&self) -> impl Iterator<Item = Lifetime> {
        LIFETIMES.iter().filter(|(phrase, _)| self.text.contains(phrase)).map(|(_, it)| *it)
    }

    pub fn may_be_null(&self) -> bool {
        self.text.contains("May be NULL")
    }

    /// What follows a phrase such as "Range: ", up to the end of its sentence.
    pub fn after(&self, phrase: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(phrase)?;
        Some(rest.split_once(". ").map_or_else(|| rest.trim_end_matches('.'), |(it, _)| it))
    }

    pub fn unit(&self) -> Option<&'static str> {
        let units = ["bytes", "seconds", "elements"];
        units.into_iter().find(|it| self.text.contains(&format!("in {it}")))
    }

    pub fn number(&self) -> Number<'_> {
        let text = &self.text;
        let named = |start: &str| {
            let rests = text.split(". ").filter_map(|it| it.strip_prefix(start));
            let mut names = rests.filter_map(|it| it.split(['.', ' ', ',', ':']).next());
            names.find(|name| name.starts_with("inkotls_"))
        };
        match (named("An ").or_else(|| named("The ")), named("Bits of ")) {
            (Some(name), _) => Number::Enum(name),
            (None, Some(name)) => Number::Bits(name),
            _ if text.starts_with("1 ") && text.contains(" 0 ") => Number::Boolean,
            _ => Number::Plain,
        }
    }
}

/// The words of a text, of which names are some.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
}

pub fn is_pointer(ctype: &str) -> bool {
    ctype.ends_with('*')
}

/// The name of a C type without const and asterisks.
pub fn base(ctype: &str) -> &str {
    ctype.trim_start_matches("const ").trim_end_matches(['*', ' '])
}
