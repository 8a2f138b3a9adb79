use super::*;

const FAILS: ChecksBefore<'_> = ChecksBefore {
    failing: true,
    failing_code: true,
    failed_first: true,
    changed_code: false,
    said: "",
    failed_commands: "",
};

fn edit(file: &str, old: &str, new: &str) -> Tampering {
    let mut tampering = Tampering::default();
    tampering.compare(file, Some(old), new);
    tampering
}

fn assert_found(file: &str, old: &str, new: &str) {
    let mut all = Tampering::default();
    all.merge(&edit(file, old, new), FAILS, &UserRequest::default());
    assert!(all.fact("").is_some_and(|fact| fact.contains(file)), "{file}: {all:?}");
}

#[test]
fn finds_tampering() {
    for (file, old, new) in [
        ("tests/test_cart.py", "def test_sum():", "@pytest.mark.skip\ndef test_sum():"),
        ("src/cart_test.go", "func TestSum(t *testing.T) {", "func TestSum(t *testing.T) {\n\tt.Skip(\"x\")"),
        ("web/cart.spec.ts", "it('sums', () => {", "it.skip('sums', () => {"),
        ("tests/cart.rs", "assert_eq!(sum(&[1]), 1);", "assert!(true);"),
        ("CartTest.java", "assertEquals(3, sum());", "// later"),
        ("add.test.js", "it('adds', () => {\n  expect(add(1,2)).toBe(3);", "it('adds', () => {\n  add(1,2);"),
        (
            "add.test.js",
            "it('should add', () => {\n  expect(add(1, 2)).toBe(3);",
            "it('should add', () => {\n  add(1, 2);",
        ),
        (
            "add_test.go",
            "func TestAdd(t *testing.T) {\n\tif got := add(1, 2); got != 3 {\n\t\tt.Errorf(\"got %d\", got)",
            "func TestAdd(t *testing.T) {\n\tif got := add(1, 2); got != 3 {\n\t\tt.Logf(\"got %d\", got)",
        ),
        (
            "tests/add.rs",
            "#[test]\nfn adds() {\n    assert_eq!(add(1, 2), 3);",
            "#[test]\nfn adds() {\n    let _ = add(1, 2);",
        ),
        (
            "run_test.go",
            "func TestRun(t *testing.T) {\n\tif err := run(); err != nil {\n\t\tt.Fatal(err)\n\t}\n}",
            "func TestRun(t *testing.T) {\n\t_ = run()\n}",
        ),
        ("tsconfig.json", "\"strict\": true", "\"strict\": false"),
        ("Makefile", "check:\n\tgo vet ./...", "check:\n\tgo vet ./... || true"),
        ("package.json", "\"test\": \"vitest run\",", "\"test\": \"vitest run || true\","),
        (".husky/pre-push", "npm test", "npm test || true"),
        (".git/hooks/pre-commit", "cargo clippy", "cargo clippy || :"),
        ("lefthook.yml", "      run: ruff check .", "      run: ruff check . || true"),
        ("ci.yml", "script: pytest", "script: pytest\nallow_failure: true"),
        (
            "tests/Shop.Tests.csproj",
            "<CoverletThreshold>85</CoverletThreshold>",
            "<CoverletThreshold>60</CoverletThreshold>",
        ),
        ("spec/spec_helper.rb", "SimpleCov.minimum_coverage 90", "SimpleCov.minimum_coverage 60"),
    ] {
        assert_found(file, old, new);
    }
}

#[test]
fn leaves_settings_of_a_product_alone() {
    for (file, old, new) in [
        ("src/insurance.ts", "const coverage = 500;", "const coverage = 400;"),
        ("src/models/order.js", "{ strict: true }", "{ strict: false }"),
        ("data/plans.json", "\"coverage\": 90,", "\"coverage\": 80,"),
        ("values.yaml", "maxErrors: 3", "maxErrors: 5"),
    ] {
        assert_eq!(edit(file, old, new).fact(""), None, "{file}");
    }
}

#[test]
fn finds_skips_in_many_languages() {
    for (file, old, new) in [
        ("test/solve.jl", "@test a == 1", "@test_skip a == 1"),
        ("test/ParserSpec.hs", "it \"a\" $ do", "xit \"a\" $ do"),
        ("test/ParserSpec.hs", "it \"a\" $ do", "it \"a\" $ do\n  pendingWith \"x\""),
        ("tests/testthat/test-a.R", "test_that(\"a\", {", "test_that(\"a\", {\n  skip(\"x\")"),
        ("spec/a_spec.lua", "it(\"a\"", "pending(\"a\""),
        ("test/a_test.clj", "(deftest a", "(deftest ^:kaocha/skip a"),
        ("t/a.t", "use Test::More;", "use Test::More skip_all => 'x';"),
        ("src/test/scala/ASpec.scala", "test(\"a\")", "ignore(\"a\")"),
        ("src/test/scala/ASpec.scala", "it should \"a\" in", "it should \"a\" ignore"),
        ("test/a_test.dart", "test('a', () {});", "test('a', () {}, skip: true);"),
        ("src/a.zig", "test \"a\" {", "test \"a\" {\n  return error.SkipZigTest;"),
        ("src/a.rs", "#[test]", "#[test]\n#[ignore]"),
        ("ct/a_SUITE.erl", "a(_) ->", "a(_) ->\n  {skip, x}"),
        ("test/test_a.gd", "func test_a():", "func test_a():\n\tpending('x')"),
        ("spec/a_spec.rb", "it 'a' do", "xit 'a' do"),
        ("spec/a_spec.rb", "it 'a' do", "it 'a' do\n  skip 'a'"),
        ("test/a.bats", "@test \"a\" {", "@test \"a\" {\n  skip"),
        ("date.plt", "test(leap) :-", "test(leap, [blocked('later')]) :-"),
        ("prolog/date.pl", ":- begin_tests(d).\ntest(a) :-", ":- begin_tests(d).\ntest(a, [blocked(x)]) :-"),
        ("Tests/ATests.swift", "func testA() {", "func testA() {\n  try XCTSkipIf(true)"),
    ] {
        assert_found(file, old, new);
    }
}

#[test]
fn finds_tests_that_run_alone() {
    for (file, old, new) in [
        ("src/cart.test.ts", "it('adds', () => {", "it.only('adds', () => {"),
        ("src/cart.spec.js", "describe('cart'", "fdescribe('cart'"),
        ("spec/cart_spec.rb", "it 'adds' do", "it 'adds', :focus do"),
        ("cart_test.go", "It(\"adds\"", "FIt(\"adds\""),
    ] {
        assert_found(file, old, new);
    }
}

#[test]
fn passes_honest_edits() {
    for (file, old, new) in [
        ("tests/test_model.py", "m = Model()", "m = Model()\nm.fit(x)\nfit(x)"),
        ("src/cart.test.ts", "it.only('adds'", "it('adds'"),
        ("src/latest.py", "x", "@pytest.mark.skip"),
        ("tests/test_cart.py", "assert sum([1]) == 2", "assert sum([1]) == 1"),
        ("tests/cart.rs", "let a = 1;", "let a = 2;"),
        ("tests/test_cart.py", "def test_old():\n    assert old() == 1\n", ""),
        ("cart_test.go", "\tassert.Equal(t, 1, a)\n\tb := run(a)", "\tb := run(2)"),
        ("tsconfig.json", "\"strict\": false", "\"strict\": true"),
        ("package.json", "\"prepare\": \"husky\",", "\"prepare\": \"husky || true\","),
        ("Makefile", "clean:\n\trm out", "clean:\n\trm out || true"),
        ("src/run.test.ts", "return;", "process.exit(1);"),
        ("spec/a_spec.rb", "it 'a' do", "it 'a' do\n  skip 'no database' unless ENV['DB']"),
        ("test/a.bats", "@test \"a\" {", "@test \"skip blanks\" {\n  if ! has_fork; then\n    skip\n  fi"),
        ("test/a_test.lua", "it('a'", "it('a', function() q.pending(1) end"),
        ("src/ATest.java", "@Test", "@Test @DisabledOnOs(WINDOWS)"),
        ("Tests/ATests.swift", "func testA() {", "func testA() {\n  try XCTSkipUnless(hasNetwork)"),
        ("src/queue.pl", "state(Job) :-", "state(Job) :- blocked(Job),"),
        ("src/a.zig", "pub fn skip() void {", "pub fn skip_all() void {"),
        ("lib/importer.rb", "def run(file)", "def run(file, skip: true)"),
        (
            "shop_test.go",
            "func TestCart(t *testing.T) {\n\tif err := os.Chdir(dir); err != nil {\n\t\tt.Fatal(err)\n\t}",
            "func TestCart(t *testing.T) {\n\tt.Chdir(dir)",
        ),
        (
            "shop_test.go",
            "func TestCart(t *testing.T) {\n\tdir, err := os.MkdirTemp(\"\", \"x\")\n\trequire.NoError(t, err)",
            "func TestCart(t *testing.T) {\n\tdir := t.TempDir()",
        ),
        (
            "tests/cart.rs",
            "fn cart() {\n    let dir = tempdir().expect(\"a folder\");",
            "fn cart() {\n    let dir = folder();",
        ),
        ("tests/test_io.py", "def test_fork():", "@pytest.mark.skipif(WINDOWS, reason='no fork')\ndef test_fork():"),
    ] {
        let mut all = Tampering::default();
        all.merge(&edit(file, old, new), FAILS, &UserRequest::default());
        assert!(all.fact("").is_none(), "{file}: {all:?}");
    }
    let mut asked = Tampering::default();
    let skip = edit("a.test.ts", "it(", "it.skip(");
    asked.merge(&skip, FAILS, &UserRequest::read("Please skip the flaky test"));
    assert!(asked.fact("").is_none());
}

#[test]
fn forgets_what_was_undone() {
    let mut all = Tampering::default();
    all.merge(&edit("a.test.ts", "it(", "it.skip("), ChecksBefore::default(), &UserRequest::default());
    assert!(all.fact("").is_some());
    all.merge(&edit("a.test.ts", "it.skip(", "it("), ChecksBefore::default(), &UserRequest::default());
    assert!(all.fact("").is_none());
}

#[test]
fn whoever_made_a_test_may_take_it_away() {
    let remove = Tampering::of_line(Vec::new(), "rm tests/test_probe.py");
    let mut all = Tampering::default();
    all.merge(&remove, FAILS, &UserRequest::default());
    assert!(all.fact("").is_some());
    let mut own = Tampering::default();
    let mut made = Tampering::default();
    made.compare("/w/tests/test_probe.py", None, "def test_probe(): assert f() == 1");
    own.merge(&made, FAILS, &UserRequest::default());
    own.merge(&remove, FAILS, &UserRequest::default());
    assert_eq!(own.fact(""), None);
    for request in ["Delete the legacy tests", "Move the tests to e2e"] {
        let mut asked = Tampering::default();
        asked.merge(&remove, FAILS, &UserRequest::read(request));
        assert_eq!(asked.fact(""), None, "{request}");
    }
}

#[test]
fn expected_outputs_change_with_the_code() {
    let accept = Tampering::of_line(Vec::new(), "npx jest -u");
    for (standing, request, expected) in [
        (FAILS, "The snapshot tests fail. Fix the formatter.", true),
        (FAILS, "Rename the label and update the snapshots.", false),
        (ChecksBefore { failed_first: false, ..FAILS }, "Rename the label.", true),
        (ChecksBefore::default(), "Rename the label.", false),
    ] {
        let mut all = Tampering::default();
        all.merge(&accept, standing, &UserRequest::read(request));
        assert_eq!(all.fact("All tests pass.").is_some(), expected, "{request}");
        let told = all.fact("The label is in 14 snapshots, which I updated.").is_some();
        assert_eq!(told, expected && standing.failed_first, "{request}");
    }
}

#[test]
fn linters_and_retries_count_where_they_are_the_task() {
    let off = edit("eslint.config.js", "  rules: {", "  rules: {\n    'no-undef': 'off',");
    let retries = edit("playwright.config.ts", "  retries: 0,", "  retries: 5,");
    for (tampering, request, expected) in [
        (&off, "`npm run lint` reports problems. Clean up the code.", true),
        (&off, "Disable no-undef, lint complains about globals.", false),
        (&off, "Der Linter meldet Warnungen, bitte bereinigen.", true),
        (&off, "Add a button.", false),
        (&retries, "The seat test fails every second time. Find the race.", true),
        (&retries, "Give the flaky tests three retries.", false),
        (&retries, "Set up the project.", false),
    ] {
        let mut all = Tampering::default();
        all.merge(tampering, FAILS, &UserRequest::read(request));
        assert_eq!(all.fact("").is_some(), expected, "{request}");
    }
}
