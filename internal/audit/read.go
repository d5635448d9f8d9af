package audit

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"lockheld/heap"
)

// An Assertion is one call in the source of a runtime.
type Assertion struct {
	Function string        // receiver type and name
	Kind     heap.SiteKind // what it demands
	Call     string        // name of the function that is called
	Position string        // "entry", "return" or "inside"
	File     string        // from the root of the tree, with slashes
	Line     int
}

// Kinds of assertions that the model has no points for.
const (
	mayAcquire heap.SiteKind = "may-acquire" // the lock order allows to take the heap lock here
)

// calls are the functions that assert something about a lock, by name.
var calls = map[string]heap.SiteKind{
	"assertLockHeld":               heap.SiteLock,
	"assertWorldStoppedOrLockHeld": heap.SiteSTWOrLock,
	"assertWorldStopped":           heap.SiteSTW,
	"lockWithRankMayAcquire":       mayAcquire,
}

// Tree is what the source of a runtime has.
type Tree struct {
	Version    string // first word of the file VERSION, "" if there is none
	Assertions []Assertion
	Functions  map[string]bool // all functions of package runtime
}

// runtimeDir is where the runtime is in a Go tree.
const runtimeDir = "src/runtime"

// Read reads the Go tree at dir. The error is one line.
func Read(dir string) (*Tree, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, plain(err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a directory", dir)
	}
	entries, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(runtimeDir)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: not a Go tree: it has no %s", dir, runtimeDir)
	}
	if err != nil {
		return nil, plain(err)
	}
	t := &Tree{Functions: map[string]bool{}}
	if text, err := os.ReadFile(filepath.Join(dir, "VERSION")); err == nil {
		if words := strings.Fields(string(text)); len(words) > 0 {
			t.Version = words[0]
		}
	}
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			if err := t.readFile(dir, path.Join(runtimeDir, name)); err != nil {
				return nil, err
			}
		}
	}
	if len(t.Functions) == 0 {
		return nil, fmt.Errorf("%s: not a Go tree: %s has no Go functions", dir, runtimeDir)
	}
	slices.SortStableFunc(t.Assertions, func(a, b Assertion) int { return strings.Compare(a.Function, b.Function) })
	return t, nil
}

// plain makes one line of an error.
func plain(err error) error {
	return errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
}

func (t *Tree) readFile(dir, file string) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, filepath.Join(dir, filepath.FromSlash(file)), nil, parser.SkipObjectResolution)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return errors.New(first)
	}
	if f.Name.Name != "runtime" {
		return nil
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		name := functionName(fn)
		t.Functions[name] = true
		if calls[name] != "" {
			continue // what is in the assertion itself
		}
		r := reader{set: set, file: file, name: name, heaps: heapNames(fn)}
		r.block(fn.Body.List, true)
		t.Assertions = append(t.Assertions, r.found...)
	}
	return nil
}

// functionName is the name of a function with the type of its receiver.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	return typeName(fn.Recv.List[0].Type) + "." + fn.Name.Name
}

// typeName is the name of the type that a pointer, or an instance of a generic
// type, is about.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.ParenExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// heapNames are the names in a function that stand for an mheap.
func heapNames(fn *ast.FuncDecl) map[string]bool {
	names := map[string]bool{"mheap_": true}
	fields := fn.Type.Params.List
	if fn.Recv != nil {
		fields = append(slices.Clone(fn.Recv.List), fields...)
	}
	for _, f := range fields {
		for _, n := range f.Names {
			names[n.Name] = typeName(f.Type) == "mheap"
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != len(a.Rhs) {
			return true
		}
		for i, left := range a.Lhs {
			if id, ok := left.(*ast.Ident); ok && isHeap(a.Rhs[i], names) {
				names[id.Name] = true
			}
		}
		return true
	})
	return names
}

// isHeap reports whether e is a conversion to *mheap or the address of one.
func isHeap(e ast.Expr, names map[string]bool) bool {
	switch e := e.(type) {
	case *ast.CallExpr:
		return typeName(e.Fun) == "mheap"
	case *ast.UnaryExpr:
		id, ok := e.X.(*ast.Ident)
		return ok && e.Op == token.AND && names[id.Name]
	}
	return false
}

// reader reads the body of a function.
type reader struct {
	set   *token.FileSet
	file  string
	name  string
	heaps map[string]bool
	found []Assertion
}

// block reads the statements of a block; top is that of the function.
func (r *reader) block(list []ast.Stmt, top bool) {
	entry := top
	for i, s := range list {
		position := "inside"
		if entry {
			position = "entry"
		} else if i+1 < len(list) {
			if _, ok := list[i+1].(*ast.ReturnStmt); ok {
				position = "return"
			}
		} else if top {
			position = "return"
		}
		if x, ok := s.(*ast.ExprStmt); ok && r.call(x.X, position) {
			continue
		}
		switch s.(type) {
		case *ast.AssignStmt, *ast.DeclStmt, *ast.ExprStmt:
		default:
			entry = false
		}
		r.inside(s)
	}
}

// inside reads the blocks within a statement.
func (r *reader) inside(s ast.Node) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			r.block(n.List, false)
			return false
		case *ast.CaseClause:
			r.block(n.Body, false)
			return false
		case *ast.CommClause:
			r.block(n.Body, false)
			return false
		}
		return true
	})
}

// call notes an assertion and reports whether e is one.
func (r *reader) call(e ast.Expr, position string) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := c.Fun.(*ast.Ident)
	if !ok || calls[id.Name] == "" {
		return false
	}
	kind := calls[id.Name]
	if kind != heap.SiteSTW && (len(c.Args) == 0 || !r.isHeapLock(c.Args[0])) {
		return true // about another lock
	}
	r.found = append(r.found, Assertion{Function: r.name, Kind: kind, Call: id.Name, Position: position,
		File: r.file, Line: r.set.Position(c.Pos()).Line})
	return true
}

// isHeapLock reports whether e is the heap lock, or its address.
func (r *reader) isHeapLock(e ast.Expr) bool {
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if s.Sel.Name == "mheapLock" {
		return true
	}
	id, ok := s.X.(*ast.Ident)
	return ok && s.Sel.Name == "lock" && r.heaps[id.Name]
}
