package lockheld_test

import (
	"fmt"
	"go/ast"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Limits of size. What is above them now is in the lists below, with its size;
// it may shrink, and must leave the list when it has.
const (
	maxFileLines     = 500
	maxFunctionLines = 70
)

var longFiles = map[string]int{}

var longFunctions = map[string]int{}

// pure are the packages whose behaviour may depend on nothing but their input.
var pure = []string{"sched", "model", "heap"}

// startsWorkers is the one file of them with a go statement: each worker of a
// search runs on its own, and what it finds does not depend on the others.
const startsWorkers = "sched/worker.go"

// rule is a check of one Go file.
type rule struct {
	name  string
	check func(s *source) []string
}

var rules = []rule{
	{"files are short", shortFile},
	{"functions are short", shortFunctions},
	{"pure packages ask nobody", noOutside},
	{"pure packages start no goroutine", noGo},
	{"pure packages do not recurse", noRecursion},
	{"nothing happens at start-up", noInit},
	{"names say something", plainNames},
}

func TestTidy(t *testing.T) {
	for _, s := range sources(t) {
		for _, r := range rules {
			for _, what := range r.check(s) {
				t.Errorf("%s (%s)", what, r.name)
			}
		}
	}
}

// A file or function that is in a list of long ones must exist and be long.
func TestLongListsAreNeeded(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		if lines(s.text) > maxFileLines {
			found[s.file] = true
		}
		functions(s, func(f *ast.FuncDecl) {
			if functionLines(s, f) > maxFunctionLines {
				found[functionName(s, f)] = true
			}
		})
	}
	for _, list := range []map[string]int{longFiles, longFunctions} {
		for name := range list {
			if !found[name] {
				t.Errorf("%s is not long any more: take it off the list", name)
			}
		}
	}
}

func lines(text string) int { return strings.Count(text, "\n") }

func shortFile(s *source) []string {
	limit := max(maxFileLines, longFiles[s.file])
	if n := lines(s.text); n > limit {
		return []string{fmt.Sprintf("%s has %d lines, at most %d", s.file, n, limit)}
	}
	return nil
}

func functions(s *source, f func(*ast.FuncDecl)) {
	for _, d := range s.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			f(fn)
		}
	}
}

func functionLines(s *source, f *ast.FuncDecl) int {
	return s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
}

// functionName is FILE:FUNCTION.
func functionName(s *source, f *ast.FuncDecl) string {
	if r := receiver(f); r != nil {
		return s.file + ":" + typeName(r.Type) + "." + f.Name.Name
	}
	return s.file + ":" + f.Name.Name
}

func receiver(f *ast.FuncDecl) *ast.Field {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return nil
	}
	return f.Recv.List[0]
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// shortFunctions exempts tests: a table of cases may be long.
func shortFunctions(s *source) (wrong []string) {
	if s.test {
		return nil
	}
	functions(s, func(f *ast.FuncDecl) {
		limit := max(maxFunctionLines, longFunctions[functionName(s, f)])
		if n := functionLines(s, f); n > limit {
			wrong = append(wrong, fmt.Sprintf("%s: %s has %d lines, at most %d", s.position(f), f.Name.Name, n, limit))
		}
	})
	return wrong
}

// seededOnly are the names of math/rand/v2 that use no global generator.
var seededOnly = []string{"PCG", "NewPCG", "ChaCha8", "NewChaCha8", "Rand", "New", "Source", "Zipf", "NewZipf"}

// noOutside finds what makes one run differ from another: time, the operating
// system, global random numbers, and hashes that are seeded for each process.
func noOutside(s *source) (wrong []string) {
	if s.test || !slices.Contains(pure, s.pkg) {
		return nil
	}
	random := ""
	for _, i := range s.ast.Imports {
		switch name := strings.Trim(i.Path.Value, `"`); name {
		case "time", "os", "math/rand", "crypto/rand", "hash/maphash":
			wrong = append(wrong, s.position(i)+": "+s.pkg+" may not import "+name)
		case "math/rand/v2":
			random = "rand"
			if i.Name != nil {
				random = i.Name.Name
			}
		}
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || random == "" {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == random && !slices.Contains(seededOnly, sel.Sel.Name) {
			wrong = append(wrong, s.position(sel)+": rand."+sel.Sel.Name+" is not seeded by the schedule")
		}
		return true
	})
	return wrong
}

func noGo(s *source) (wrong []string) {
	if s.test || !slices.Contains(pure, s.pkg) || s.file == startsWorkers {
		return nil
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if g, ok := n.(*ast.GoStmt); ok {
			wrong = append(wrong, s.position(g)+": go statement")
		}
		return true
	})
	return wrong
}

// noRecursion finds functions that call themselves by name.
func noRecursion(s *source) (wrong []string) {
	if s.test || !slices.Contains(pure, s.pkg) {
		return nil
	}
	functions(s, func(f *ast.FuncDecl) {
		self := ""
		if r := receiver(f); r != nil && len(r.Names) > 0 {
			self = r.Names[0].Name
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fn := c.Fun.(type) {
			case *ast.Ident:
				ok = f.Recv == nil && fn.Name == f.Name.Name
			case *ast.SelectorExpr:
				x, isName := fn.X.(*ast.Ident)
				ok = f.Recv != nil && isName && x.Name == self && fn.Sel.Name == f.Name.Name
			default:
				ok = false
			}
			if ok {
				wrong = append(wrong, s.position(c)+": "+f.Name.Name+" calls itself")
			}
			return true
		})
	})
	return wrong
}

func noInit(s *source) (wrong []string) {
	functions(s, func(f *ast.FuncDecl) {
		if f.Recv == nil && f.Name.Name == "init" {
			wrong = append(wrong, s.position(f)+": func init")
		}
	})
	return wrong
}

// emptyWords say nothing about what they name.
var emptyWords = regexp.MustCompile(`(Manager|Helper|Util|Utils|Context|Data|Info)$`)

// runtimeNames are the runtime's own.
var runtimeNames = []string{"pallocData"}

func plainNames(s *source) (wrong []string) {
	for _, d := range s.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			if ty, ok := spec.(*ast.TypeSpec); ok && emptyWords.MatchString(ty.Name.Name) && !slices.Contains(runtimeNames, ty.Name.Name) {
				wrong = append(wrong, s.position(ty)+": type "+ty.Name.Name)
			}
		}
	}
	return wrong
}

// Each rule can fail.
func TestRulesFail(t *testing.T) {
	long := strings.Repeat("\n", maxFileLines)
	body := strings.Repeat("\t_ = 1\n", maxFunctionLines)
	for _, c := range []struct {
		rule, file, text string
		wrong            bool
	}{
		{"files are short", "sched/a.go", "package p" + long, false},
		{"files are short", "sched/a.go", "package p\n" + long, true},
		{"functions are short", "sched/a.go", "package p\nfunc f() {\n" + body[:len(body)-14] + "}\n", false},
		{"functions are short", "sched/a.go", "package p\nfunc f() {\n" + body + "}\n", true},
		{"functions are short", "sched/a_test.go", "package p\nfunc f() {\n" + body + "}\n", false},
		{"pure packages ask nobody", "heap/a.go", "package p\nimport \"time\"\n", true},
		{"pure packages ask nobody", "heap/a_test.go", "package p\nimport \"time\"\n", false},
		{"pure packages ask nobody", "cmd/explore/a.go", "package p\nimport \"time\"\n", false},
		{"pure packages ask nobody", "sched/a.go", "package p\nimport \"math/rand/v2\"\nvar x = rand.NewPCG(1, 2)\n", false},
		{"pure packages ask nobody", "sched/a.go", "package p\nimport \"math/rand/v2\"\nvar x = rand.IntN(2)\n", true},
		{"pure packages ask nobody", "sched/a.go", "package p\nimport r \"math/rand/v2\"\nvar x = r.IntN(2)\n", true},
		{"pure packages start no goroutine", "model/a.go", "package p\nfunc f() { go f() }\n", true},
		{"pure packages start no goroutine", "sched/worker.go", "package p\nfunc f() { go f() }\n", false},
		{"pure packages do not recurse", "model/a.go", "package p\nfunc f() { f() }\n", true},
		{"pure packages do not recurse", "model/a.go", "package p\nfunc f() { g() }\nfunc g() {}\n", false},
		{"pure packages do not recurse", "model/a.go", "package p\ntype T int\nfunc (t T) f() { t.f() }\n", true},
		{"pure packages do not recurse", "model/a.go", "package p\ntype T int\nfunc (t T) f(u T) { u.f(t); f() }\nfunc f() {}\n", false},
		{"nothing happens at start-up", "heap/a.go", "package p\nfunc init() {}\n", true},
		{"names say something", "heap/a.go", "package p\ntype spanInfo int\n", true},
		{"names say something", "heap/a.go", "package p\ntype Information int\n", false},
		{"names say something", "heap/a.go", "package p\ntype pallocData int\n", false},
	} {
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
		if i < 0 {
			t.Fatalf("no rule %q", c.rule)
		}
		if got := rules[i].check(parse(t, c.file, c.text)); (len(got) > 0) != c.wrong {
			t.Errorf("%s, %s: %v", c.rule, c.file, got)
		}
	}
}

// machinePath is a path of somebody's machine. The pieces keep this file from
// matching.
var machinePath = regexp.MustCompile(`(^|[^A-Za-z0-9_.])/(` + `root|home|work|tmp|Users` + `)/[A-Za-z0-9_.]`)

// Nothing in the repository names a directory of a machine.
func TestNoMachinePaths(t *testing.T) {
	files(t, func(file, text string) {
		if strings.Contains(text, "\x00") {
			return // binary
		}
		n := 0
		for line := range strings.Lines(text) {
			n++
			if machinePath.MatchString(line) {
				t.Errorf("%s:%d: %s", file, n, strings.TrimSpace(line))
			}
		}
	})
	for text, want := range map[string]bool{
		"see /" + "home/me/x": true, `"/` + `tmp/x"`: true, "heap/home/x": false, "/" + "tmp": false, "a /" + "work/x": true,
	} {
		if machinePath.MatchString(text) != want {
			t.Errorf("%q is a path of a machine: %v", text, !want)
		}
	}
}

// Every package says what it is, in one file.
func TestPackageComments(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if !s.test {
			if s.ast.Doc != nil {
				comments[s.pkg] = append(comments[s.pkg], s.file)
			} else if _, ok := comments[s.pkg]; !ok {
				comments[s.pkg] = nil
			}
		}
	}
	for pkg, in := range comments {
		if len(in) != 1 {
			t.Errorf("package %q has a package comment in %v, want one file", pkg, in)
		}
	}
}

// go.mod names what is imported and nothing else.
func TestModuleIsTidy(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	out, err := exec.Command("go", "mod", "tidy", "-diff").CombinedOutput()
	if err != nil {
		t.Errorf("go mod tidy -diff: %v\n%s", err, out)
	}
}
