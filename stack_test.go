package lockheld_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "lockheld"

// stack says which packages of the module a package may import, other than in
// tests, lowest package first. A package that is not here fails the test: its
// place in the stack must be decided.
var stack = []struct {
	pkg     string
	imports []string
}{
	{"sched", nil},
	{"sched/schedtest", []string{"sched"}},
	{"sched/gosync", []string{"sched"}},
	{"internal/litmus", nil},
	{"internal/litmus/oracle", []string{"internal/litmus"}},
	{"internal/litmus/bridge", []string{"internal/litmus", "sched"}},
	{"internal/program", []string{"sched"}},
	{"model", []string{"sched"}},
	{"heap", []string{"sched", "model"}},
	{"properties", []string{"sched", "model", "heap"}},
	{"internal/modeldoc", []string{"sched", "model", "heap", "properties"}},
	{"internal/coverage", []string{"sched", "model", "heap", "properties"}},
	{"internal/mutate", nil},
	{"internal/kills", []string{"sched", "heap", "properties"}},
	{"internal/conform", []string{"sched", "model", "heap", "properties"}},
	{"internal/live", nil},
	{"internal/accept", []string{"model", "heap"}},
	{"internal/audit", []string{"model", "heap"}},
	{"internal/contracts", []string{"sched", "model", "heap", "properties"}},
	{"internal/report", []string{"sched", "model", "heap", "properties", "internal/conform"}},
	{"internal/speed", []string{"sched"}},
	{"cmd/explore", []string{"sched", "model", "heap", "properties", "internal/conform", "internal/report",
		"internal/contracts", "internal/audit", "internal/accept", "internal/coverage",
		"internal/litmus", "internal/litmus/bridge", "internal/program"}},
	{"", nil},
}

// judges lists what stands above a package and may be imported by its external
// tests all the same: they hold it against the brute force of litmus programs.
var judges = []struct {
	pkg     string
	imports []string
}{
	{"sched", []string{"internal/litmus", "internal/litmus/oracle", "internal/litmus/bridge"}},
}

// outside lists the modules that may be imported and by whom; "test" is every
// test file.
var outside = []struct{ module, by string }{
	{"github.com/google/gofuzz", "test"},
	{"github.com/google/go-cmp", "test"},
	{"github.com/rogpeppe/go-internal", "test"},
	{"pgregory.net/rapid", "test"},
	{"golang.org/x/exp", "test"},
	{"golang.org/x/exp", "internal/accept"},
	{"github.com/klauspost/compress", "internal/conform"},
}

// source is a Go file of the module.
type source struct {
	file string // with slashes, from the root
	pkg  string // directory, "" for the root
	test bool
	text string
	ast  *ast.File
	set  *token.FileSet
}

// parse reads one file.
func parse(t *testing.T, file, text string) *source {
	t.Helper()
	s := &source{file: file, pkg: path.Dir(file), test: strings.HasSuffix(file, "_test.go"), text: text, set: token.NewFileSet()}
	if s.pkg == "." {
		s.pkg = ""
	}
	var err error
	if s.ast, err = parser.ParseFile(s.set, file, text, parser.ParseComments); err != nil {
		t.Fatal(err)
	}
	return s
}

// files calls f for every file of the repository that git would keep.
func files(t *testing.T, f func(file, text string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == ".git" || name == filepath.FromSlash("testdata/rapid") || strings.HasSuffix(name, filepath.FromSlash("/testdata/rapid")) {
				return filepath.SkipDir
			}
			return nil
		}
		if name == ".git" { // of a linked work tree
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f(filepath.ToSlash(name), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sources returns the Go files of the module. Package tools has its own.
func sources(t *testing.T) []*source {
	t.Helper()
	var list []*source
	files(t, func(file, text string) {
		if strings.HasSuffix(file, ".go") && !strings.HasPrefix(file, "tools/") && !strings.Contains(file, "/testdata/") {
			list = append(list, parse(t, file, text))
		}
	})
	if len(list) == 0 {
		t.Fatal("no Go files")
	}
	return list
}

// position is FILE:LINE of a node.
func (s *source) position(n ast.Node) string {
	return s.file + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// Imports point down only, and other modules stay where they belong.
func TestImportsPointDown(t *testing.T) {
	for _, s := range sources(t) {
		for _, what := range checkImports(s) {
			t.Error(what)
		}
	}
}

// checkImports returns what is wrong with the imports of a file.
func checkImports(s *source) (wrong []string) {
	at := slices.IndexFunc(stack[:], func(e struct {
		pkg     string
		imports []string
	}) bool {
		return e.pkg == s.pkg
	})
	if at < 0 {
		return []string{s.file + ": package " + s.pkg + " has no place in the stack"}
	}
	for _, i := range s.ast.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return []string{s.position(i) + ": " + err.Error()}
		}
		inner, ours := strings.CutPrefix(name, module+"/")
		switch {
		case name == module || ours && !s.test && !slices.Contains(stack[at].imports, inner):
			wrong = append(wrong, s.position(i)+": "+s.pkg+" may not import "+name)
		case ours && s.test && inner != s.pkg && !below(inner, at) && !judgedBy(s, inner):
			wrong = append(wrong, s.position(i)+": a test in "+s.pkg+" may not import "+name+", which is above it")
		case !ours && strings.Contains(strings.Split(name, "/")[0], ".") && !mayUse(s, name):
			wrong = append(wrong, s.position(i)+": "+name+" may not be imported here")
		}
	}
	return wrong
}

// below reports whether a package stands lower in the stack than entry at.
func below(pkg string, at int) bool {
	for _, e := range stack[:at] {
		if e.pkg == pkg {
			return true
		}
	}
	return false
}

// judgedBy reports whether s is an external test that may import pkg.
func judgedBy(s *source, pkg string) bool {
	for _, j := range judges {
		if j.pkg == s.pkg && strings.HasSuffix(s.ast.Name.Name, "_test") {
			return slices.Contains(j.imports, pkg)
		}
	}
	return false
}

func mayUse(s *source, name string) bool {
	for _, o := range outside {
		if (name == o.module || strings.HasPrefix(name, o.module+"/")) && (o.by == s.pkg || o.by == "test" && s.test) {
			return true
		}
	}
	return false
}

// The check above can fail.
func TestImportsCheckFails(t *testing.T) {
	for _, c := range []struct {
		file, imports string
		wrong         bool
	}{
		{"sched/a.go", `"fmt"`, false},
		{"sched/a.go", `"lockheld/model"`, true},
		{"sched/a_test.go", `"lockheld/model"`, true},
		{"sched/a_test.go", `"lockheld/sched"`, false},
		{"sched/a.go", `"pgregory.net/rapid"`, true},
		{"sched/a_test.go", `"pgregory.net/rapid"`, false},
		{"model/a.go", `"lockheld/internal/litmus"`, true},
		{"heap/a.go", `"lockheld/heap"`, true},
		{"heap/a.go", `"lockheld/properties"`, true},
		{"heap/a.go", `"lockheld/model"`, false},
		{"properties/a_test.go", `"lockheld/internal/program"`, false},
		{"internal/report/a.go", `"lockheld/cmd/explore"`, true},
		{"internal/conform/a.go", `"github.com/klauspost/compress/zstd"`, false},
		{"heap/a.go", `"github.com/klauspost/compress/zstd"`, true},
		{"cmd/explore/a_test.go", `"github.com/stretchr/testify"`, true},
		{"cmd/explore/a.go", `"lockheld"`, true},
		{"util/a.go", `"fmt"`, true},
	} {
		s := parse(t, c.file, "package p\nimport "+c.imports+"\n")
		if got := checkImports(s); (len(got) > 0) != c.wrong {
			t.Errorf("%s imports %s: %v", c.file, c.imports, got)
		}
	}
}
