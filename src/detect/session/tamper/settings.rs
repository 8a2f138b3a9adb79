//! Recognizes files of settings, and those of checks among them, by their names.

/// Files of recipes that have no ending, the hooks of Git among them.
const RECIPES: [&str; 13] = [
    "Makefile",
    "GNUmakefile",
    "justfile",
    "Rakefile",
    "Jenkinsfile",
    ".coveragerc",
    ".simplecov",
    "pre-commit",
    "pre-push",
    "commit-msg",
    "pre-merge-commit",
    "pre-receive",
    "pre-rebase",
];
/// Endings of settings.
const ENDINGS: [&str; 29] = [
    "json",
    "jsonc",
    "json5",
    "mk",
    "toml",
    "yml",
    "yaml",
    "cfg",
    "ini",
    "js",
    "ts",
    "mjs",
    "cjs",
    "neon",
    "exs",
    "xml",
    "gradle",
    "kts",
    "properties",
    "conf",
    "dist",
    "csproj",
    "fsproj",
    "vbproj",
    "props",
    "runsettings",
    "clj",
    "edn",
    "sbt",
];
/// What the names of settings have in them that are about checks.
const CHECKS: [&str; 51] = [
    "jest",
    "vitest",
    "vite.config",
    "karma",
    "nyc",
    "c8rc",
    "mix.exs",
    "coverall",
    "codecov",
    "coverage",
    "simplecov",
    "phpstan",
    "psalm",
    "phpunit",
    "infection",
    "sonar",
    "stryker",
    "jacoco",
    "build.gradle",
    "pom.xml",
    "package.json",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "pytest",
    "noxfile",
    "lint",
    "detekt",
    "checkstyle",
    "pmd",
    "tarpaulin",
    "nextest",
    "rubocop",
    "credo",
    "makefile",
    "justfile",
    "-ci.",
    ".csproj",
    ".fsproj",
    ".vbproj",
    "quality",
    "lighthouse",
    "cargo.toml",
    "directory.build.props",
    ".runsettings",
    "luacheck",
    "project.clj",
    "deps.edn",
    "tests.edn",
    "build.sbt",
    "lefthook",
];
/// Folders and files of what a server runs.
const WORKFLOWS: [&str; 8] = [
    ".github/",
    ".gitlab",
    ".circleci",
    "azure-pipelines",
    ".buildkite",
    "bitbucket-pipelines",
    ".travis",
    ".woodpecker",
];
/// What the names of settings have in them that are lists of rules.
const RULES: [&str; 13] = [
    "eslint",
    "stylelint",
    "tslint",
    "biome",
    "oxlint",
    "markdownlint",
    "rubocop",
    "credo",
    "detekt",
    "swiftlint",
    "analysis_options",
    "golangci",
    "deny.toml",
];

/// Files of projects of tests, and those in which Ruby sets up its coverage.
const OF_TESTS: [&str; 8] = [
    ".testcoverage.yml",
    ".csproj",
    ".fsproj",
    ".vbproj",
    ".runsettings",
    "spec_helper.rb",
    "test_helper.rb",
    "rails_helper.rb",
];

/// The name of a file without its folders.
fn name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Whether a file holds recipes, or settings of checks or of a whole project. The others may be those of a product: the
/// coverage of an insurance, a strict schema.
pub(super) fn is_settings(file: &str) -> bool {
    let name = name(file);
    let end = name.rsplit('.').next().unwrap_or_default();
    let is_recipe = RECIPES.iter().any(|recipes| name.eq_ignore_ascii_case(recipes)) || end == "mk";
    let is_of_project = name.starts_with('.') || name.contains("config") || name.starts_with("ci.");
    is_recipe
        || (is_of_project || is_of_check(file) || is_of_rules(file)) && (end.ends_with("rc") || ENDINGS.contains(&end))
}

/// Whether a file holds settings of the tests that it lies among.
pub(super) fn is_of_tests(file: &str) -> bool {
    OF_TESTS.iter().any(|end| file.ends_with(end))
}

/// Whether the settings of a file are about checks.
pub(super) fn is_of_check(file: &str) -> bool {
    let name = name(file).to_lowercase();
    CHECKS.iter().any(|word| name.contains(word)) || is_workflow(file)
}

/// Whether a server runs what a file says.
fn is_workflow(file: &str) -> bool {
    WORKFLOWS.iter().any(|place| file.contains(place))
}

/// Whether a file lists rules and how grave each is.
pub(super) fn is_of_rules(file: &str) -> bool {
    let name = name(file).to_lowercase();
    RULES.iter().any(|word| name.contains(word))
}

/// Whether `-` before a command ignores its failure.
pub(super) fn is_makefile(file: &str) -> bool {
    let name = name(file).to_lowercase();
    name.ends_with("makefile") || name.rsplit_once('.').is_some_and(|(_, end)| end == "mk")
}
