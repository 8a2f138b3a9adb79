//! Tells whether a check ran in another part of the project than the changed file, so that it proves nothing about it.

use crate::detect::call::shell::{CheckRun, commands, join};

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
/// Words in the names of folders that hold tests of anything.
#[rustfmt::skip]
const TESTS: [&str; 15] = [
    "spec", "specs", "e2e", "integration", "it", "cypress", "playwright", "acceptance", "features", "qa", "smoke", "system", "examples", "bench", "benches",
];
/// Folders that a build makes: what is tested in them is the code beside them.
const BUILT: [&str; 9] = ["build", "builds", "_build", "out", "output", "target", "dist", "bin", "obj"];
/// Folders of packages.
const CONTAINERS: [&str; 10] =
    ["crates", "packages", "apps", "services", "libs", "modules", "plugins", "projects", "workspaces", "components"];
/// Options that choose a package by its name, and a folder.
const NAMING: [&str; 9] = ["-p", "--package", "--filter", "-F", "-w", "--workspace", "--scope", "-pl", "--projects"];
const PLACING: [&str; 4] = ["--prefix", "--dir", "--cwd", "-C"];
/// What chooses more than one package.
const PATTERNS: [char; 7] = ['*', '[', '{', '!', '^', '$', ','];

/// What the checks of one line are about.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The packages that it names, and the folder, where it runs only one check.
    packages: Vec<String>,
    folder: Option<String>,
}

impl Scope {
    /// What a command line says that its only check is about.
    pub(super) fn read(command: &str, checks: &[CheckRun]) -> Self {
        let mut scope = Self::default();
        let options = NAMING.iter().chain(&PLACING);
        if checks.len() != 1 || !options.clone().any(|option| command.contains(option)) {
            return scope;
        }
        let name = checks[0].name.split(' ').next().unwrap_or_default();
        let told = commands(command);
        let is_check = |words: &[String]| words.first().is_some_and(|first| first.rsplit('/').next() == Some(name));
        let Some(found) = told.iter().find(|told| is_check(&told.words)) else { return scope };
        let mut words = found.words.iter();
        while let Some(word) = words.next() {
            let (option, joined) =
                word.split_once('=').map_or((word.as_str(), None), |(option, value)| (option, Some(value)));
            let mut value = || joined.map(str::to_owned).or_else(|| words.next().cloned());
            if PLACING.contains(&option) {
                scope.folder = value();
            } else if NAMING.contains(&option) && names_packages(name, option) {
                scope.packages.extend(value());
            }
        }
        scope
    }

    /// Whether none of these checks is about a file. `root` is the folder that the session works in.
    pub(super) fn is_elsewhere(&self, checks: &[CheckRun], file: &str, root: Option<&str>) -> bool {
        let Some(file) = within(file, root) else { return false };
        let file = parts(&file);
        !checks.is_empty() && checks.iter().all(|check| self.misses(check, &file, root))
    }

    /// Whether a check is known to be about another part than where a file is.
    fn misses(&self, check: &CheckRun, file: &[String], root: Option<&str>) -> bool {
        let place = self.folder.as_ref().map_or_else(|| check.place.clone(), |folder| join(&check.place, folder));
        let Some(place) = within(&place, root) else { return false };
        if !self.packages.is_empty() {
            return self.packages.iter().all(|package| names_another(package, file));
        }
        let is_path = |target: &&String| {
            target.contains('/') && !target.contains(PATTERNS) && !target.starts_with(['-', '/', '~'])
        };
        let paths: Vec<&String> = check.targets.iter().filter(is_path).collect();
        let go = check.name.starts_with("go ");
        if paths.is_empty() || paths.len() < check.targets.len() && !go {
            return is_beside(&parts(&place), file);
        }
        paths.iter().all(|path| {
            let path = path.split("::").next().unwrap_or_default().trim_end_matches("...");
            is_beside(&parts(&format!("{place}/{path}")), file)
        })
    }
}

/// Whether a program chooses packages by this option: elsewhere, `-F` names features, and `--filter` names tests.
fn names_packages(program: &str, option: &str) -> bool {
    match option {
        "-p" | "-w" => matches!(program, "cargo" | "npm" | "yarn" | "pnpm" | "uv" | "moon"),
        "-F" | "--filter" => matches!(program, "pnpm" | "turbo" | "bun"),
        _ => true,
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
        && !is_shared(own)
}

/// Whether a package that a check names is not the one that a file is in.
fn names_another(package: &str, file: &[String]) -> bool {
    let package = package.to_lowercase();
    if package.contains(PATTERNS) || package.contains("..") {
        return false;
    }
    let name = package.trim_start_matches("./").trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let container = file.iter().position(|part| CONTAINERS.contains(&part.as_str()));
    let own = container.and_then(|at| file.get(at + 1)).filter(|_| container.is_some_and(|at| at + 2 < file.len()));
    let Some(own) = own else { return false };
    let named = words(name);
    let is_own =
        words(own).iter().any(|word| named.contains(word)) || own.contains(name) || name.contains(own.as_str());
    !is_own && !is_shared(own) && !holds_tests(name)
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

    fn elsewhere(command: &str, file: &str) -> bool {
        let checks = shell::read(command).checks;
        Scope::read(command, &checks).is_elsewhere(&checks, file, Some("/w/app"))
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
        ] {
            assert!(elsewhere(command, file), "{command} is not about {file}");
        }
    }

    #[test]
    fn the_same_package_or_more() {
        for (file, command) in [
            ("/w/app/web/src/cart.ts", "npm test"),
            ("/w/app/web/src/cart.ts", "cd web && npm test"),
            ("/w/app/web/src/cart.ts", "cd e2e && npx playwright test"),
            ("/w/app/web/src/cart.ts", "cd .. && npm test"),
            ("/w/app/web/src/cart.ts", "cd server && npm test; cd ../web && npm test"),
            ("/w/app/web/src/cart.ts", "pytest web/src/cart"),
            ("/w/app/src/cart.py", "pytest tests/integration"),
            ("/w/app/src/billing/cart.py", "pytest src/mail/test_mail.py"),
            ("/w/app/internal/store/store.go", "go test ./internal/mail/..."),
            ("/w/app/services/a/bill.py", "pytest tests/services/test_a.py"),
            ("/w/app/services/a/bill.py", "pytest services"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test --workspace"),
            ("/w/app/crates/lexer/src/lib.rs", "cargo test -p acme-lexer"),
            ("/w/app/crates/core/src/lib.rs", "cargo test -p ripgrep"),
            ("/w/app/libs/money/src/lex.ts", "cd apps/shop && npm test"),
            ("/w/app/src/Shop/Cart.cs", "dotnet test tests/Shop.Tests"),
            ("/w/app/package.json", "cd web && npm test"),
            ("/elsewhere/web/a.ts", "cd server && npm test"),
            ("/w/app/packages/ui/src/a.ts", "pnpm --filter ...docs test"),
        ] {
            assert!(!elsewhere(command, file), "{command} may be about {file}");
        }
    }
}
