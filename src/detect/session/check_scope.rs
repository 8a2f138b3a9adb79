//! Tells whether a check ran in another part of the project than the changed file, so that it proves nothing about it.

use super::packages::Project;
use crate::detect::call::shell::{CheckRun, FILTER, LEFT_OUT, commands, join};

/// Folders of the code of one package: what lies beside each other in them is tested together.
#[rustfmt::skip]
const SOURCES: [&str; 16] = [
    "src", "source", "sources", "lib", "app", "include", "internal", "pkg", "cmd", "main", "java", "kotlin", "python", "js", "ts", "scripts",
];
/// Words in the names of packages that others use: their checks may be about these as well.
#[rustfmt::skip]
const SHARED: [&str; 26] = [
    "libs", "lib", "core", "common", "shared", "utils", "util", "base", "types", "sdk", "packages", "crates", "modules", "proto", "protos", "schema", "schemas", "api",
    "model", "models", "domain", "config", "kit", "client", "contracts", "vendor",
];
/// As a package, `api` is a program of its own; as a folder inside a package, it is shared.
const SERVED: &str = "api";
/// Words in the names of folders that hold tests of anything.
#[rustfmt::skip]
const TESTS: [&str; 25] = [
    "sim", "sims", "simulation", "cosim", "cocotb", "tb", "dv", "verif", "verification", "hil",
    "spec", "specs", "e2e", "integration", "it", "cypress", "playwright", "acceptance", "features", "qa", "smoke", "system", "examples", "bench", "benches",
];
/// Folders that a build makes: what is tested in them is the code beside them.
const BUILT: [&str; 9] = ["build", "builds", "_build", "out", "output", "target", "dist", "bin", "obj"];
/// Folders of packages, and those of them that hold whole programs, which no other package is made of.
const PROGRAMS: [&str; 2] = ["apps", "services"];
const CONTAINERS: [&str; 10] =
    ["crates", "packages", "apps", "services", "libs", "modules", "plugins", "projects", "workspaces", "components"];
/// Containers that also hold whole repositories, each in a folder of its own.
const HOMES: [&str; 2] = ["projects", "workspaces"];
/// Options that choose a package by its name, and a folder, or a file in it.
const NAMING: [&str; 9] = ["-p", "--package", "--filter", "-F", "-w", "--workspace", "--scope", "-pl", "--projects"];
#[rustfmt::skip]
const PLACING: [&str; 11] = [
    "--prefix", "--dir", "--cwd", "-C", "--directory", "--package-path", "--project-dir", "--manifest-path", "--working-dir", "--root", "--rootDir",
];
const OWN_PLACING: [(&str, &str); 3] = [("gradle", "-p"), ("mvn", "-f"), ("mvn", "--file")];
/// Endings of files that lie in the folder of their package.
const MANIFESTS: [&str; 3] = [".toml", ".json", ".xml"];
/// Programs whose targets name a module before a colon, and those whose targets are folders from the root.
const MODULAR: [&str; 5] = ["gradle", "nx", "moon", "turbo", "sbt"];
const LABELLED: [&str; 6] = ["bazel", "buck", "buck2", "pants", "please", "plz"];
/// Programs whose modules are called as their folders are.
const BY_FOLDER: [&str; 5] = ["gradle", "mvn", "nx", "moon", "sbt"];
/// Targets of runners that say what is done, not where.
#[rustfmt::skip]
const STEPS: [&str; 12] =
    ["test", "tests", "lint", "build", "check", "verify", "e2e", "typecheck", "type-check", "run", "compile", "test:unit"];
/// Programs that run another one in a package that they are told first: `uv run --package auth pytest`.
const WRAPPERS: [&str; 8] = ["uv", "poetry", "pdm", "pnpm", "npm", "yarn", "bun", "npx"];
/// What chooses more than one package.
const PATTERNS: [char; 7] = ['*', '[', '{', '!', '^', '$', ','];

/// How many folders of an output are remembered.
const RAN: usize = 16;
/// Words in the names of test projects that are about everything.
#[rustfmt::skip]
const GENERAL: [&str; 16] = [
    "unit", "integration", "functional", "acceptance", "e2e", "system", "smoke", "all", "api", "web", "app", "common", "core", "shared", "architecture", "contract",
];
/// Packages of Go that are made of others: their tests may be about these as well.
#[rustfmt::skip]
const MADE_OF_OTHERS: [&str; 16] = [
    "server", "servers", "api", "app", "apps", "cmd", "cli", "http", "https", "web", "handler", "handlers", "controller", "controllers", "router", "routes",
];

/// What the checks of one line are about.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The packages that it names, and the folder, where it runs only one check.
    packages: Vec<String>,
    folder: Option<String>,
    /// The folders in which its packages lie, as far as the output says so.
    ran: Vec<String>,
}

impl Scope {
    /// What a command line says that its only check is about.
    pub(super) fn read(command: &str, checks: &[CheckRun]) -> Self {
        let mut scope = Self::default();
        let [check] = checks else { return scope };
        let name = program(check);
        scope.packages = modules(check, name);
        // Most lines have none of these, and are spared a second reading.
        if NAMING.iter().chain(&PLACING).chain(&["workspace", "-f"]).any(|option| command.contains(option)) {
            let listed = commands(command);
            if let Some(found) = listed.iter().find(|command| plain_name(command.program()) == name) {
                scope.read_options(name, found.words.iter().map(String::as_str));
            }
            scope.read_wrapper(name, command);
        }
        scope
    }

    /// Reads the packages and the folder that the options of a program choose.
    fn read_options<'a>(&mut self, name: &str, words: impl Iterator<Item = &'a str>) {
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let (option, joined) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            let mut value = || joined.or_else(|| words.next()).map(str::to_owned);
            if PLACING.contains(&option) || OWN_PLACING.contains(&(name, option)) {
                self.folder = value().map(|path| folder_of(&path).to_owned());
            } else if NAMING.contains(&option) && names_packages(name, option) {
                self.packages.extend(value());
            } else if option == "workspace" && name == "yarn" {
                self.packages.extend(words.next().map(str::to_owned));
            }
        }
    }

    /// Reads what a wrapper is told before the program that it runs.
    fn read_wrapper(&mut self, name: &str, command: &str) {
        if WRAPPERS.contains(&name) {
            return;
        }
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some(wrapper) = words.iter().position(|word| WRAPPERS.contains(word)) else { return };
        let Some(end) = words[wrapper..].iter().position(|word| plain_name(word) == name) else { return };
        self.read_options(words[wrapper], words[wrapper..wrapper + end].iter().copied());
    }

    /// Whether none of these checks is about a file of a project.
    pub(super) fn is_elsewhere(&self, checks: &[CheckRun], file: &str, project: &Project) -> bool {
        let Some(file) = Changed::of(file, project.directory()) else { return false };
        !checks.is_empty() && checks.iter().all(|check| self.misses(check, &file, project))
    }

    /// The folder that a check runs in, as far as its line says so; empty if it does not.
    pub(super) fn place(&self, check: &CheckRun) -> String {
        self.folder.as_ref().map_or_else(|| check.place.clone(), |folder| join(&check.place, folder))
    }

    /// Whether a check is known to be about another part than where a file is.
    fn misses(&self, check: &CheckRun, file: &Changed, project: &Project) -> bool {
        let Some(place) = within(&self.place(check), project.directory()) else { return false };
        let name = program(check);
        if !self.packages.is_empty() {
            let own = file.package(BY_FOLDER.contains(&name));
            let is_another = |own: &str| {
                let shared = is_library(own) && !file.is_program();
                !shared
                    && self.packages.iter().all(|package| match project.folder(package) {
                        Some(folder) => !file.lies_in(folder, project),
                        None => names_another(package, own),
                    })
            };
            return own.is_some_and(is_another) && !self.ran.iter().any(|folder| file.lies_in(folder, project));
        }
        if name == "dotnet" && file.is_of_no_project(&check.targets) {
            return true;
        }
        let labelled = LABELLED.contains(&name);
        let is_path =
            |target: &&str| target.contains('/') && !target.contains(PATTERNS) && !target.starts_with(['-', '/', '~']);
        let targets: Vec<&str> = check
            .targets
            .iter()
            .map(|target| if labelled { target.strip_prefix("//").unwrap_or(target) } else { target })
            .filter(|target| !STEPS.contains(target))
            .collect();
        let paths: Vec<&str> = targets.iter().copied().filter(is_path).collect();
        let go = check.name.starts_with("go ");
        if paths.is_empty() || paths.len() < targets.len() && !go {
            return file.is_beside(&parts(&place));
        }
        paths.iter().all(|path| {
            let path = path.split("::").next().unwrap_or_default();
            let path = if labelled { path.split(':').next().unwrap_or_default() } else { path };
            let folder = parts(&format!("{place}/{}", path.trim_end_matches("...")));
            file.is_beside(&folder) || go && is_another_in_go(&folder, &file.parts)
        })
    }

    /// Whether it names packages, whose folders may be called otherwise.
    pub(super) fn has_packages(&self) -> bool {
        !self.packages.is_empty()
    }

    /// Reads from an output in which folders the packages lie.
    pub(super) fn read_output(&mut self, output: &str) {
        self.ran = output.lines().filter_map(folder_that_ran).take(RAN).collect();
    }
}

/// The folder in which a package was built or a script of it ran: `Compiling words v0.1.0 (/w/app/crates/lexer)`,
/// `> words@1.0.0 test /w/app/packages/lexer`, `RUN v3.2.4 /w/app/packages/lexer`, `rootdir: /w/app/lexer`.
fn folder_that_ran(line: &str) -> Option<String> {
    let built = line.split_once("Compiling ").or_else(|| line.split_once("Testing ")).map(|(_, rest)| rest);
    if let Some(built) = built {
        let folder = built.split_once('(')?.1.split_once(')')?.0;
        return folder.contains('/').then(|| folder.to_owned());
    }
    let script =
        line.split_once("> ").filter(|(_, rest)| rest.split(' ').next().is_some_and(|name| name.contains('@')));
    let runner = line.trim_start().strip_prefix("RUN ").or_else(|| line.strip_prefix("rootdir: "));
    let behind = script.map(|(_, rest)| rest).or(runner)?;
    let at = if behind.starts_with('/') { 0 } else { behind.find(" /")? + 1 };
    Some(behind[at..].trim_end().split(", ").next()?.to_owned())
}

/// The program of a check.
fn program(check: &CheckRun) -> &str {
    check.name.split(' ').next().unwrap_or_default()
}

/// The name of a program by which its checks are called.
fn plain_name(word: &str) -> &str {
    match word.rsplit('/').next().unwrap_or_default() {
        "gradlew" => "gradle",
        "mvnw" => "mvn",
        "bazelisk" => "bazel",
        name => name,
    }
}

/// The modules that the targets of a check name, if each names one: `:search:test`, `run web:build`, `test web`.
fn modules(check: &CheckRun, name: &str) -> Vec<String> {
    if !MODULAR.contains(&name) {
        return Vec::new();
    }
    let targets: Vec<&str> = check
        .targets
        .iter()
        .map(String::as_str)
        .filter(|target| !target.starts_with(['-', FILTER, LEFT_OUT]))
        .collect();
    if let ("nx", [one, other]) = (name, &targets[..])
        && !one.contains(':')
        && STEPS.contains(one) != STEPS.contains(other)
    {
        return vec![if STEPS.contains(one) { *other } else { *one }.to_owned()];
    }
    let module = |target: &str| {
        let (module, step) =
            target.rsplit_once([':', '#']).or_else(|| target.rsplit_once('/').filter(|_| name == "sbt"))?;
        let module = if matches!(name, "nx" | "moon") && STEPS.contains(&module) { step } else { module };
        let module = module.trim_start_matches(':');
        (!module.is_empty()).then(|| module.to_owned())
    };
    targets.iter().map(|target| module(target)).collect::<Option<Vec<String>>>().unwrap_or_default()
}

/// The folder that a path is, or that its manifest lies in.
fn folder_of(path: &str) -> &str {
    let is_manifest = MANIFESTS.iter().any(|end| path.ends_with(end));
    if is_manifest { path.rsplit_once('/').map_or("", |(folder, _)| folder) } else { path }
}

/// Whether a program chooses packages by this option: elsewhere, `-F` names features, and `--filter` names tests.
fn names_packages(program: &str, option: &str) -> bool {
    match option {
        "-p" => matches!(program, "cargo" | "nx" | "moon"),
        // For pnpm, it is the root.
        "-w" => matches!(program, "npm" | "moon"),
        "-F" | "--filter" => matches!(program, "pnpm" | "turbo" | "bun"),
        _ => true,
    }
}

/// A file that was changed, by the parts of its path.
struct Changed {
    parts: Vec<String>,
    /// Nobody knows the folder that the session works in: the path begins at a folder of packages, or of one.
    guessed: bool,
}

impl Changed {
    /// The file at a path; `None` if nobody knows where in the project that is.
    fn of(file: &str, root: Option<&str>) -> Option<Self> {
        if let Some(inner) = within(file, root) {
            return Some(Self { parts: parts(&inner), guessed: false });
        }
        if root.is_some() || !file.starts_with('/') || file.contains("..") {
            return None;
        }
        let mut parts = parts(file);
        let source = parts.iter().position(|part| part == "src").unwrap_or(parts.len());
        let is_container = |part: &String| CONTAINERS.contains(&part.as_str()) && !HOMES.contains(&part.as_str());
        let from = parts[..source].iter().rposition(is_container).or_else(|| source.checked_sub(1))?;
        // It has to lie deeper than the package.
        (from + 2 < parts.len()).then(|| Self { parts: parts.split_off(from), guessed: true })
    }

    /// The folder of the package that it is in. `by_folder` says that a module is called as its folder is, wherever that is.
    fn package(&self, by_folder: bool) -> Option<&str> {
        let container = self.parts.iter().position(|part| CONTAINERS.contains(&part.as_str()));
        let packaged = container.filter(|at| at + 2 < self.parts.len()).and_then(|at| self.parts.get(at + 1));
        let before_source = || {
            let source = self.parts.iter().position(|part| part == "src")?;
            self.parts.get(source.checked_sub(1)?).filter(|_| by_folder)
        };
        packaged.or_else(before_source).map(String::as_str)
    }

    /// Whether it is part of a program that no other package is made of.
    fn is_program(&self) -> bool {
        self.parts
            .iter()
            .find(|part| CONTAINERS.contains(&part.as_str()))
            .is_some_and(|part| PROGRAMS.contains(&&**part))
    }

    /// Whether these test projects are all called after others than the one that it is in: `tests/Catalog.Tests`.
    fn is_of_no_project(&self, projects: &[String]) -> bool {
        let own: Vec<&str> = self.parts.iter().flat_map(|part| words(part)).collect();
        let is_another = |project: &str| {
            let project = parts(project.trim_end_matches(".csproj").trim_end_matches(".fsproj"));
            let Some(name) = project.last() else { return false };
            let named = words(name);
            let (tests, named): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|word| holds_tests(word));
            let is_general = |word: &&str| GENERAL.contains(word) || own.contains(word);
            !tests.is_empty() && !named.is_empty() && !named.iter().any(is_general)
        };
        let mut named =
            projects.iter().filter(|project| !STEPS.contains(&&***project) && !project.starts_with('-')).peekable();
        let known = self.parts.iter().any(|part| part == "src") && !self.parts.iter().any(|part| is_shared(part));
        known && named.peek().is_some() && named.all(|project| project.contains(['/', '.']) && is_another(project))
    }

    /// Whether it lies in a folder of a project, whatever that is given from.
    fn lies_in(&self, folder: &str, project: &Project) -> bool {
        let folder = parts(&within(folder, project.directory()).unwrap_or_else(|| folder.to_owned()));
        let last = &folder[folder.len().saturating_sub(2)..];
        let is_named = || last.len() > 1 && self.parts.windows(last.len()).any(|window| window == last);
        !last.is_empty() && (self.parts.starts_with(&folder) || is_named())
    }

    /// Whether a folder lies beside the one that it is in, as another package does.
    fn is_beside(&self, folder: &[String]) -> bool {
        let is_container = |part: Option<&String>| part.is_some_and(|part| CONTAINERS.contains(&part.as_str()));
        let known = !self.guessed || is_container(folder.first()) && is_container(self.parts.first());
        known && is_beside(folder, &self.parts)
    }
}

/// A path from the folder that the session works in; `None` if it may lie anywhere.
fn within(path: &str, root: Option<&str>) -> Option<String> {
    let root = root.map(|root| root.trim_end_matches('/'));
    let inner = match root.and_then(|root| path.strip_prefix(root)) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => path.strip_prefix("./").unwrap_or(path),
    };
    let climbs = inner.starts_with(['/', '~', '$', '-']) || inner.contains("..") || inner.contains(['\\', '`', '"']);
    (!climbs).then(|| inner.to_owned())
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_lowercase).collect()
}

fn words(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a folder lies beside the one that a file is in, as another package does.
fn is_beside(folder: &[String], file: &[String]) -> bool {
    let common = folder.iter().zip(file).take_while(|(one, other)| one == other).count();
    let (Some(own), Some(other)) = (file.get(common), folder.get(common)) else { return false };
    let is = |table: &[&str], part: &String| table.contains(&part.as_str());
    let in_package = file[..common].iter().any(|part| is(&SOURCES, part));
    let is_folder = common + 1 < file.len() && !own.starts_with('.') && !other.contains('.');
    is_folder
        && !in_package
        && ![own, other].into_iter().any(|part| is(&SOURCES, part))
        && !BUILT.contains(&other.as_str())
        && !other.starts_with("cmake-build")
        && !other.starts_with("build-")
        && !holds_tests(other)
        && !holds_tests(own)
        && !if is_package(file, common) { is_library(own) } else { is_shared(own) }
}

/// Whether a part of a path is a folder of a package, by what stands before it.
fn is_package(path: &[String], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| CONTAINERS.contains(&path[before].as_str()))
}

/// Whether a package that a check names is not the `own` one of a file.
fn names_another(package: &str, own: &str) -> bool {
    let package = package.to_lowercase();
    if package.contains(PATTERNS) || package.contains("..") {
        return false;
    }
    let name = package.trim_start_matches("./").trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let (named, owned) = (words(name), words(own));
    // What begins the names of all, as `feature-` does, says nothing.
    let common = named.iter().zip(&owned).take_while(|(one, other)| one == other).count();
    let (named, owned) = (&named[common..], &owned[common..]);
    let is_own = named.is_empty()
        || owned.is_empty()
        || owned.iter().any(|word| named.contains(word))
        || own.contains(name)
        || name.contains(own);
    let ends = [named.first(), named.last()];
    !is_own && !ends.into_iter().flatten().any(|word| holds_tests(word))
}

/// Whether a folder is that of another package of Go, in which each folder is one: tests of it run no code beside it,
/// unless it is made of that.
fn is_another_in_go(folder: &[String], file: &[String]) -> bool {
    let common = folder.iter().zip(file).take_while(|(one, other)| one == other).count();
    let (Some(own), Some(other)) = (file.get(common), folder.get(common)) else { return false };
    let is_folder = common > 0 && common + 1 < file.len() && !other.contains('.');
    is_folder && !is_shared(own) && !holds_tests(other) && !folder.iter().any(|part| MADE_OF_OTHERS.contains(&&**part))
}

/// Whether a package is one that others use.
fn is_library(name: &str) -> bool {
    is_shared(name) && name != SERVED
}

fn is_shared(name: &str) -> bool {
    words(name).iter().any(|word| SHARED.contains(word))
}

fn holds_tests(name: &str) -> bool {
    words(name).iter().any(|word| word.starts_with("test") || word.ends_with("tests") || TESTS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell;
    use crate::detect::session::packages::Package;

    fn elsewhere(command: &str, file: &str, root: Option<&str>) -> bool {
        let checks = shell::read(command).checks;
        Scope::read(command, &checks).is_elsewhere(&checks, file, &project(root))
    }

    fn project(root: Option<&str>) -> Project {
        let mut project = Project::default();
        if let Some(root) = root {
            project.set_directory(root);
        }
        project
    }

    #[test]
    fn another_package() {
        for (file, command) in [
            ("/w/app/web/src/cart.ts", "cd server && npm test"),
            ("/w/app/web/src/cart.ts", "cd /w/app/server && npm test"),
            ("/w/app/web/src/cart.ts", "npm --prefix server test"),
            ("services/a/bill.py", "pytest services/b"),
            ("/w/app/services/a/bill.py", "pytest services/b/tests -q"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test -p printer"),
            ("/w/app/packages/ui/src/button.tsx", "pnpm --filter docs test"),
            ("/w/app/packages/ui/src/button.tsx", "npm test --workspace=@acme/docs"),
            ("/w/app/packages/ui/src/button.tsx", "yarn workspace docs test"),
            ("/w/app/packages/ui/src/button.tsx", "npx nx test docs"),
            ("/w/app/packages/ui/src/button.tsx", "npx nx run docs:test"),
            ("/w/app/packages/ui/src/button.tsx", "npx turbo run test --filter=docs"),
            ("/w/app/packages/ui/src/button.tsx", "pnpm --filter docs exec vitest run"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :mail:test"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew mail:test --tests MailTest"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :server:test"),
            ("/w/app/billing/src/main/java/Vat.java", "mvn -pl mail test"),
            ("/w/app/billing/src/main/java/Vat.java", "mvn -f mail/pom.xml test"),
            ("/w/app/services/billing/vat.py", "uv run --package mail pytest -q"),
            ("/w/app/services/billing/vat.go", "bazel test //services/mail/..."),
            ("/w/app/services/Billing/Vat.cs", "dotnet test services/Mail/Mail.csproj"),
            ("/w/app/src/Billing/Vat.cs", "dotnet test tests/Mail.Tests/Mail.Tests.csproj"),
            ("/w/app/apps/api/src/vat.ts", "pnpm --filter @acme/web test"),
            ("/w/app/packages/api/src/vat.ts", "pnpm --filter @acme/web test"),
            ("/w/app/api/src/vat.ts", "cd web && npm test"),
            ("/w/app/internal/store/store.go", "go test ./internal/mail/..."),
            ("/w/app/feature-cart/src/main/kotlin/Vat.kt", "./gradlew :feature-mail:test"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test -p acme-bench-report"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test --manifest-path crates/printer/Cargo.toml"),
        ] {
            assert!(elsewhere(command, file, Some("/w/app")), "{command} is not about {file}");
        }
    }

    #[test]
    fn a_package_whose_name_is_not_that_of_its_folder() {
        let file = "/w/app/packages/lexer/src/lib.rs";
        let mut named = project(Some("/w/app"));
        named.learn(&[Package::new("words", "/w/app/packages/lexer"), Package::new("lexer", "packages/words")]);
        for (command, expected) in [("npm test -w words", false), ("npm test -w lexer", true)] {
            let checks = shell::read(command).checks;
            assert_eq!(Scope::read(command, &checks).is_elsewhere(&checks, file, &named), expected, "{command}");
        }
        for (command, output, expected) in [
            (
                "cargo test -p acme-words",
                "   Compiling acme-words v0.1.0 (/w/app/packages/lexer)\n\nrunning 3 tests",
                false,
            ),
            (
                "cargo test -p acme-words",
                "   Compiling acme-words v0.1.0 (/w/app/packages/words)\n\nrunning 3 tests",
                true,
            ),
            ("cargo test -p acme-words", "running 3 tests", true),
            ("pnpm --filter @acme/words test", "> @acme/words@2.0.0 test /w/app/packages/lexer\n> vitest run", false),
            ("pnpm --filter @acme/words test", "> @acme/words@2.0.0 test /w/app/packages/words\n> vitest run", true),
            ("npx turbo test --filter=words", "words:test: > words@2.0.0 test /w/app/packages/lexer", false),
            ("npm test -w words", "> words@2.0.0 test\n> vitest run\n\n RUN  v3.2.4 /w/app/packages/lexer", false),
            ("uv run --package words pytest", "rootdir: /w/app/packages/lexer\nconfigfile: pyproject.toml", false),
        ] {
            let checks = shell::read(command).checks;
            let mut scope = Scope::read(command, &checks);
            scope.read_output(output);
            assert_eq!(scope.is_elsewhere(&checks, file, &project(Some("/w/app"))), expected, "{command}: {output}");
        }
    }

    // Some dialects do not say where the session works.
    #[test]
    fn another_package_of_an_unknown_project() {
        for (file, command, expected) in [
            ("/w/app/services/billing/vat.py", "npm --prefix apps/web test", true),
            ("/w/app/services/billing/vat.py", "cd services/mail && pytest", true),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :mail:test", true),
            ("/w/app/services/billing/vat.py", "cd services/billing && pytest", false),
            ("/w/app/services/billing/vat.py", "pytest -q", false),
            ("/home/a/projects/shop/web/src/cart.ts", "cd web && npm test", false),
            ("/home/a/projects/shop/web/src/cart.ts", "npm test --workspace=web", false),
            ("/home/a/shop/src/cart.py", "cd web && npm test", false),
            ("/home/a/shop/src/main/java/Cart.java", "./gradlew test", false),
        ] {
            assert_eq!(elsewhere(command, file, None), expected, "{command}: {file}");
        }
    }

    #[test]
    fn the_same_package_or_more() {
        for (file, command) in [
            ("/w/app/web/src/cart.ts", "npm test"),
            ("/w/app/web/src/cart.ts", "cd web && npm test"),
            ("/w/app/web/src/cart.ts", "cd e2e && npx playwright test"),
            ("/w/app/web/src/cart.ts", "cd .. && npm test"),
            ("/w/app/rtl/alu.sv", "make -C sim"),
            ("/w/app/hdl/uart.vhd", "cd tb && make"),
            ("/w/app/web/src/cart.ts", "cd server && npm test; cd ../web && npm test"),
            ("/w/app/web/src/cart.ts", "pytest web/src/cart"),
            ("/w/app/src/cart.py", "pytest tests/integration"),
            ("/w/app/src/billing/cart.py", "pytest src/mail/test_mail.py"),
            ("/w/app/internal/store/store.go", "go test ./internal/server/..."),
            ("/w/app/internal/util/path.go", "go test ./internal/mail/..."),
            ("/w/app/services/a/bill.py", "pytest tests/services/test_a.py"),
            ("/w/app/services/a/bill.py", "pytest services"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test --workspace"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test -p acme-lexer"),
            ("/w/app/crates/core/src/lib.rs", "cargo test -p ripgrep"),
            ("/w/app/libs/money/src/lex.ts", "cd apps/shop && npm test"),
            ("/w/app/src/Shop/Cart.cs", "dotnet test tests/Shop.Tests"),
            ("/w/app/src/Acme.Shop/Cart.cs", "dotnet test tests/Acme.Tests"),
            ("/w/app/src/Shop/Cart.cs", "dotnet test tests/Unit.Tests"),
            ("/w/app/feature-cart/src/main/kotlin/Vat.kt", "./gradlew :feature-cart:test"),
            ("/w/app/packages/types/src/vat.ts", "pnpm --filter @acme/web test"),
            ("/w/app/packages/ui/src/a.ts", "pnpm -w run test"),
            ("/w/app/server/api/vat.js", "npx jest server/routes/"),
            ("/w/app/services/billing/vat.py", "uv run -p 3.12 pytest"),
            ("/w/app/package.json", "cd web && npm test"),
            ("/elsewhere/web/a.ts", "cd server && npm test"),
            ("/w/app/packages/ui/src/a.ts", "pnpm --filter ...docs test"),
            ("/w/app/packages/ui/src/a.ts", "yarn workspaces run test"),
            ("/w/app/packages/ui/src/a.ts", "yarn workspace @acme/ui test"),
            ("/w/app/packages/ui/src/a.ts", "npx nx run-many -t test"),
            ("/w/app/packages/ui/src/a.ts", "npx nx affected -t test"),
            ("/w/app/packages/ui/src/a.ts", "npx nx test ui"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew test"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :billing:test"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :mail:test :billing:test"),
            ("/w/app/billing/src/main/java/Vat.java", "./gradlew :mail:test check"),
            ("/w/app/core/src/main/java/Vat.java", "./gradlew :mail:test"),
            ("/w/app/billing/src/main/java/Vat.java", "mvn -pl billing,mail test"),
            ("/w/app/services/billing/vat.go", "bazel test //..."),
            ("/w/app/services/billing/vat.go", "bazel test //services/billing:all"),
            ("/w/app/services/billing/vat.py", "uv run --package billing pytest"),
        ] {
            assert!(!elsewhere(command, file, Some("/w/app")), "{command} may be about {file}");
        }
    }
}
