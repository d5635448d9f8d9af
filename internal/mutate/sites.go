// Package mutate takes statements out of package heap, one at a time, to see
// whether the checker notices: locks, unlocks, assertions, summary updates,
// changes of bitmaps, atomic operations, waits and wake-ups; and answers in advance what code asks again, see
// recheck.go. It works on a copy of the module in which each such statement or condition depends on
// a variable, so that one build serves all mutants.
//
// It is used by a test only.
package mutate

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Mutant is a statement that can be taken out, or a condition that can be
// answered without looking.
type Mutant struct {
	ID       int
	File     string
	Function string
	Kind     string
	Text     string // the statement
	Nth      int    // among the same statements of the function, from 1
	Hash     uint32 // of the source of the function
	Site     string // of an assertion, "" if the statement does not name it
	Variants string // those that run the file, if Go 1.16 does not
}

// Key identifies a mutant as long as its statement stays.
func (m *Mutant) Key() string {
	return fmt.Sprintf("%s\t%s\t%s\t%d", m.Function, m.Kind, m.Text, m.Nth)
}

// spared are files that are no part of what runs in executions: what tests and
// the checker look with, the deliberate mistakes, and the geometry.
var spared = []string{"direct", "inspect", "damage", "ghost", "variants", "mutants", "bugs", "switches", "testapi", "geometry",
	"sites", "config", "snapshot", "storage", "heap.go", "doc.go", "timers", "assert.go", "prepare"}

// variants says what runs a file that belongs to variants only.
var variants = map[string]string{"activesweep.go": "gc-returns-early-fixed,sweepdone-flaps-fixed"}

// Rewrite finds the mutants of the package in dir and returns, for each file that
// has some, the source in which a variable called Mutant selects one: 0 is none.
func Rewrite(dir string) ([]Mutant, map[string][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(names)
	sites, err := siteNames(names)
	if err != nil {
		return nil, nil, err
	}
	var list []Mutant
	files := map[string][]byte{}
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || slices.ContainsFunc(spared, func(p string) bool { return strings.HasPrefix(base, p) }) {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		r := &rewriter{set: token.NewFileSet(), file: base, src: src, next: len(list) + 1, sites: sites}
		out, err := r.rewrite()
		if err != nil {
			return nil, nil, err
		}
		if len(r.found) > 0 {
			files[base] = out
			list = append(list, r.found...)
		}
	}
	return list, files, nil
}

// rewriter rewrites one file.
type rewriter struct {
	set   *token.FileSet
	file  string
	src   []byte
	next  int
	found []Mutant
	edits []edit
	sites map[string]string
}

// edit is text to be put in at an offset.
type edit struct {
	at   int
	text string
}

func (r *rewriter) rewrite() ([]byte, error) {
	f, err := parser.ParseFile(r.set, r.file, r.src, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			r.function(fn)
		}
	}
	slices.SortStableFunc(r.edits, func(x, y edit) int { return x.at - y.at })
	var out []byte
	last := 0
	for _, e := range r.edits {
		out = append(append(out, r.src[last:e.at]...), e.text...)
		last = e.at
	}
	return append(out, r.src[last:]...), nil
}

// function puts each statement of fn that can be taken out into a condition.
func (r *rewriter) function(fn *ast.FuncDecl) {
	h := fnv.New32a()
	h.Write(r.src[r.set.Position(fn.Pos()).Offset:r.set.Position(fn.End()).Offset])
	times := map[string]int{}
	stmts := func(list []ast.Stmt, off bool) {
		for _, s := range list {
			e, ok := s.(*ast.ExprStmt)
			if !ok {
				continue
			}
			call, ok := e.X.(*ast.CallExpr)
			if !ok {
				continue
			}
			kind := kindOf(call)
			if kind == "" {
				continue
			}
			text := r.text(s)
			if times[kind+text]++; off {
				continue
			}
			r.wrap(r.add(Mutant{Function: functionName(fn), Kind: kind, Text: text, Nth: times[kind+text], Hash: h.Sum32(), Site: r.site(call)}),
				s, "if Mutant != %d { ", " }")
		}
	}
	var off []ast.Node // what only a variant runs
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			stmts(n.List, slices.ContainsFunc(off, func(o ast.Node) bool { return o.Pos() <= n.Pos() && n.End() <= o.End() }))
		case *ast.CaseClause:
			stmts(n.Body, false)
		case *ast.IfStmt:
			if ofVariant(n.Cond) {
				off = append(off, n.Body)
			}
		}
		return true
	})
	r.rechecks(fn, h.Sum32(), off)
}

// add adds a mutant and returns its number.
func (r *rewriter) add(m Mutant) int {
	m.ID, m.File, m.Variants = r.next, r.file, variants[r.file]
	r.found = append(r.found, m)
	r.next++
	return m.ID
}

// wrap puts text before and after a node, before with the number of the mutant.
// What is inside of it must be wrapped later.
func (r *rewriter) wrap(id int, n ast.Node, before, after string) {
	r.edits = append(r.edits, edit{r.offset(n.Pos()), fmt.Sprintf(before, id)})
	r.edits = slices.Insert(r.edits, 0, edit{r.offset(n.End()), after})
}

func (r *rewriter) offset(p token.Pos) int { return r.set.Position(p).Offset }

// text is the source of a node on one line.
func (r *rewriter) text(n ast.Node) string {
	return strings.Join(strings.Fields(string(r.src[r.offset(n.Pos()):r.offset(n.End())])), " ")
}

// ofVariant reports whether a condition asks for a switch of a variant to be on.
func ofVariant(cond ast.Expr) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			return n.Op != token.NOT
		case *ast.SelectorExpr:
			if in, ok := n.X.(*ast.SelectorExpr); ok && in.Sel.Name == "v" {
				found = true
			}
		}
		return true
	})
	return found
}

// site returns the site that a call of an assertion names.
func (r *rewriter) site(call *ast.CallExpr) string {
	if n := len(call.Args); n > 0 {
		if id, ok := call.Args[n-1].(*ast.Ident); ok {
			return r.sites[id.Name]
		}
	}
	return ""
}

// siteNames returns the values of the constants of a package that are assertion
// points, by name.
func siteNames(names []string) (map[string]string, error) {
	sites := map[string]string{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == 1 && len(v.Values) == 1 {
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					sites[v.Names[0].Name] = strings.Trim(lit.Value, `"`)
				}
			}
			return true
		})
	}
	return sites, nil
}

func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// kinds of calls by the name of what is called.
var kinds = map[string]string{
	"Lock": "lock", "openWindow": "unlock", "closeWindow": "lock", "Unlock": "unlock", "LockWithRankMayAcquire": "lock",
	"AcquireWorldsema": "lock", "AcquireGcsema": "lock", "AcquireM": "lock",
	"ReleaseWorldsema": "unlock", "ReleaseGcsema": "unlock", "ReleaseM": "unlock", "release": "unlock",
	"Await": "wait", "wakeScavenger": "wake-up", "readyForScavenger": "wake-up", "Ready": "wake-up", "KickSysmon": "wake-up",
	"AssertLockHeld": "assertion", "AssertSystemStack": "assertion", "AssertWorldStopped": "assertion",
	"AssertWorldStoppedOrLockHeld": "assertion", "assertLockHeld": "assertion", "assertLockNotHeld": "assertion",
	"assertNotHeld": "assertion", "assertLockHeldOrStopped": "assertion", "assertSystemStack": "assertion",
	"assertGCOff": "assertion", "assertOwnP": "assertion", "assertOwnPages": "assertion", "assertRest": "assertion",
	"update": "update", "setRange": "bits", "clearRange": "bits", "allocRange": "bits", "allocAll": "bits", "freeRange": "bits", "free1": "bits",
	"setWord": "bits", "clearWord": "bits", "setAll": "bits", "clearAll": "bits",
	"Store": "atomic", "Inc": "atomic", "Add": "atomic", "Or": "atomic", "And": "atomic", "Swap": "atomic",
}

// kindOf returns the kind of a call that can be taken out, "" for others.
func kindOf(call *ast.CallExpr) string {
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		return kinds[s.Sel.Name]
	}
	return ""
}
