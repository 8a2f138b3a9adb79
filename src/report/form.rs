//! The forms that a report can have.
#![allow(clippy::doc_markdown, reason = "the comments of the forms are their help")]

use super::page::Report;
use super::{github, html, junit, markdown, prometheus, sarif, text};
use clap::ValueEnum;

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lowercase")]
pub enum Form {
    /// Plain text for a terminal.
    #[default]
    Text,
    /// GitHub's Markdown, for a step summary or a comment; at most 1 MB.
    Markdown,
    /// One HTML file with a timeline; it fetches nothing and needs no script.
    Html,
    /// JUnit XML, for the test report of a CI system: problems of grade warn or stop are failures.
    Junit,
    /// SARIF 2.1.0, for the alerts of a code host.
    Sarif,
    /// Workflow commands, which GitHub Actions shows as annotations: problems of grade warn or stop, and a run that
    /// did not end well.
    Github,
    /// Metrics for the textfile collector of Prometheus's node exporter.
    Prometheus,
}

impl Form {
    /// The report in this form.
    pub fn write(self, report: &Report) -> String {
        match self {
            Self::Text => text::page(report),
            Self::Markdown => markdown::page(report),
            Self::Html => html::page(report),
            Self::Junit => junit::document(report),
            Self::Sarif => sarif::document(report),
            Self::Github => github::commands(report),
            Self::Prometheus => prometheus::metrics(report),
        }
    }
}
