//! Reads which tests, files and tasks a check is told to leave out.

use crate::detect::call::shell::check_run::{FILTER, LEFT_OUT};
use crate::detect::call::shell::verbs::has;

/// Options that leave out what their value names, without the dashes.
const OPTIONS: &str = "deselect ignore ignore-glob skip exclude extend-exclude exclude-regex exclude-pattern exclude-patterns exclude-filter exclude-tag \
    exclude-tags exclude-name exclude-names exclude-group exclude-testsuite exclude-task label-exclude skip-testing skip-file skip-files skip-env \
    skip-tags grep-invert testPathIgnorePatterns path-ignore-patterns test-skip-pattern negative-filter no-suite ignore-pattern ignore-patterns \
    DexcludedGroups DexcludeTags Dsurefire.excludes";
/// The same of one program only.
const OWN: [(&str, &str); 6] =
    [("ctest", "E LE"), ("gradle", "x"), ("gradlew", "x"), ("flutter", "x"), ("dart", "x"), ("playwright", "gv")];
/// Options whose value is a list of words.
const LISTS: &str = "testPathIgnorePatterns path-ignore-patterns";
/// Programs that read `not` in what chooses tests as an operator.
const WORDED: &str = "pytest py.test python python3 tox nox hatch pdm poetry uv ward nextest cargo";
/// Programs that compare such a choice with the names as it stands.
const PLAIN: &str = "jest vitest mocha ava jasmine karma playwright cypress npm pnpm yarn npx bun deno node";

/// The words of a command without those that leave something out, and what these leave out.
pub(super) fn split(program: &str, arguments: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut rest, mut left_out) = (Vec::new(), Vec::new());
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once(['=', ':']).map_or((word.as_str(), None), |(one, two)| (one, Some(two)));
        if is_option(program, option) {
            let several = has(LISTS, option.trim_start_matches('-'));
            let mut values: Vec<&str> = value.into_iter().collect();
            while (values.is_empty() || several) && words.peek().is_some_and(|next| !next.starts_with('-')) {
                values.extend(words.next().map(String::as_str));
            }
            left_out.extend(values.into_iter().flat_map(|value| value.split(['|', ','])).map(marked));
        } else if let Some(label) = word.strip_prefix('-').filter(|label| label.starts_with("//")) {
            left_out.push(marked(label));
        } else if let Some(tag) = word.strip_prefix(FILTER).filter(|tag| !tag.is_empty() && !tag.contains('/')) {
            left_out.push(marked(tag));
        } else {
            rest.push(word.clone());
        }
    }
    (rest, left_out)
}

fn is_option(program: &str, word: &str) -> bool {
    let Some(flag) = word.strip_prefix('-') else { return false };
    let flag = flag.trim_start_matches('-');
    let is_own = |(name, flags): &(&str, &str)| has(flags, flag) && program.split(' ').any(|part| part == *name);
    has(OPTIONS, flag) || OWN.iter().any(is_own)
}

/// The targets that a value is which chooses tests: what it runs, and what it leaves out.
pub(super) fn chosen(program: &str, value: &str) -> Vec<String> {
    if let Some((_, inner)) = value.split_once("(?!") {
        let inner = inner.split(')').next().unwrap_or_default().trim_start_matches(".*").trim_start_matches('(');
        return inner.split('|').map(marked).collect();
    }
    let program = program.split(' ').collect::<Vec<_>>();
    let is_any = |table: &str| program.iter().any(|part| has(table, part));
    let worded = is_any(WORDED) && value.split([' ', '(']).any(|word| word == "not");
    if !worded && (is_any(PLAIN) || !value.contains('!')) {
        return vec![format!("{FILTER}{value}")];
    }
    Expression::default().read(value)
}

/// An expression that chooses tests, while it is read: `not (slow or network)`, `test(a) & !test(b)`, `Name!=A`.
#[derive(Default)]
struct Expression {
    targets: Vec<String>,
    /// The next name is left out, and so is what the open brackets hold.
    negated: bool,
    brackets: Vec<bool>,
}

impl Expression {
    fn read(mut self, value: &str) -> Vec<String> {
        let mut token = String::new();
        for letter in value.chars().chain([' ']) {
            if !letter.is_whitespace() && !"()&|,".contains(letter) {
                token.push(letter);
                continue;
            }
            // What stands before a bracket is a function, which says what kind of name is in it.
            if letter == '(' && token.trim_start_matches('!') != "not" {
                self.negated |= token.starts_with('!');
                token.clear();
            }
            self.word(&std::mem::take(&mut token));
            match letter {
                '(' => self.brackets.push(std::mem::take(&mut self.negated) || self.is_left_out()),
                ')' => drop(self.brackets.pop()),
                _ => {}
            }
        }
        self.targets
    }

    fn is_left_out(&self) -> bool {
        self.brackets.last().copied().unwrap_or_default()
    }

    fn word(&mut self, token: &str) {
        match token {
            "" => {}
            "and" | "or" => self.negated = false,
            "not" | "!" => self.negated = true,
            name => {
                let unequal = name.split_once("!=").or_else(|| name.split_once("!~")).map(|(_, name)| name);
                let negates = std::mem::take(&mut self.negated) || self.is_left_out();
                let (is_not, name) = match (unequal, name.strip_prefix('!')) {
                    (Some(name), _) | (None, Some(name)) => (true, name),
                    (None, None) => (false, name),
                };
                let out = negates || is_not;
                self.targets.push(if out { marked(name) } else { format!("{FILTER}{name}") });
            }
        }
    }
}

/// What is left out, as a target: without what makes its name a pattern.
fn marked(name: &str) -> String {
    let name = name.trim_matches(['\'', '"', '/']).trim_start_matches(['^', '!']).trim_start_matches("<rootDir>/");
    let name = name.trim_start_matches("**/").trim_start_matches("./").trim_start_matches(['*', '.']);
    let name = name.trim_end_matches(['$', '*', '/']).replace('\\', "").replace('#', ".");
    format!("{LEFT_OUT}{name}")
}

#[cfg(test)]
mod tests {
    use crate::detect::call::shell;

    /// What a check leaves out, and what it chooses by names.
    fn choices(command: &str) -> Vec<String> {
        let mut targets = shell::read(command).checks.pop().unwrap().targets;
        targets.retain(|target| target.starts_with(['!', '~']));
        targets
    }

    #[test]
    fn what_is_left_out_is_not_run() {
        for (command, expected) in [
            ("pytest --deselect tests/a.py::test_b", &["!tests/a.py::test_b"][..]),
            ("pytest -k 'not test_b'", &["!test_b"]),
            ("pytest -k 'adds and not (slow or net)'", &["!net", "!slow", "~adds"]),
            ("python -m pytest -m 'not slow' tests", &["!slow"]),
            ("cargo test -- --skip a::b", &["!a::b"]),
            ("cargo nextest run -E 'not test(/^b$/)'", &["!b"]),
            ("go test -skip 'TestA|TestB' ./...", &["!TestA", "!TestB"]),
            ("npx vitest run --exclude '**/a.test.ts'", &["!a.test.ts"]),
            ("npx jest --testPathIgnorePatterns a.test.js b.test.js", &["!a.test.js", "!b.test.js"]),
            ("npx jest -t '^(?!.*adds)'", &["!adds"]),
            ("npm test -- --testPathIgnorePatterns=a.test.js", &["!a.test.js"]),
            ("ctest --output-on-failure -E 'codec$'", &["!codec"]),
            ("./gradlew build -x test", &["!test"]),
            ("mvn test -Dtest='!CartTest#adds'", &["!CartTest.adds"]),
            ("dotnet test --filter 'FullyQualifiedName!~CartTest'", &["!CartTest"]),
            ("bundle exec rspec --tag ~slow", &["!slow"]),
            ("vendor/bin/phpunit --exclude-group net", &["!net"]),
            ("bazel test -- //... -//a:b", &["!a:b"]),
            ("swift test --skip CartTests", &["!CartTests"]),
            ("npx playwright test --grep-invert pays", &["!pays"]),
        ] {
            assert_eq!(choices(command), expected, "{command}");
        }
    }

    #[test]
    fn what_is_run_is_not_left_out() {
        for (command, expected) in [
            ("pytest -k 'adds or drops'", &["~adds or drops"][..]),
            ("npx jest -t 'does not throw!'", &["~does not throw!"]),
            ("cargo test -- --ignored", &[]),
            ("dotnet test --filter Name=A", &["~Name=A"]),
        ] {
            assert_eq!(choices(command), expected, "{command}");
        }
    }
}
