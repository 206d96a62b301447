//! The parts of preface.txt and notes.txt.

#[derive(Debug, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Paragraph(String),
    Code(Vec<String>),
}

/// Splits a text whose paragraphs are indented by a margin. Lines with less are headings, lines with
/// more are code. A line such as "Ownership: ..." begins a paragraph.
pub fn blocks(text: &str, margin: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_new = true;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let code = || line.get(margin + 4..).unwrap_or_default().to_owned();
        match blocks.last_mut() {
            _ if line.is_empty() => {}
            _ if indent < margin => blocks.push(Block::Heading(line.into())),
            Some(Block::Code(lines)) if indent > margin => {
                if is_new {
                    lines.push(String::new());
                }
                lines.push(code());
            }
            _ if indent > margin => blocks.push(Block::Code(vec![code()])),
            Some(Block::Paragraph(text)) if !is_new && !is_entry(line) => {
                text.push(' ');
                text.push_str(line.trim());
            }
            _ => blocks.push(Block::Paragraph(line.trim().into())),
        }
        is_new = line.is_empty();
    }
    blocks
}

fn is_entry(line: &str) -> bool {
    let word = line.split_once(": ").map(|(word, _)| word);
    word.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_uppercase()) && !it.contains(' '))
}
