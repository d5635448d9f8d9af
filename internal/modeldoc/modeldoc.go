// Package modeldoc writes docs/MODEL.md from the comments of the modelled code:
// what each function stands for, what it leaves out, and the assertion points,
// with the number of executions of each scenario;
// and docs/BUGS.md from the list of variants.
//
// It stands above properties and is used by a test only.
package modeldoc

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/model"
)

// Function is a documented function or type of a modelled package.
type Function struct {
	Package string
	File    string
	Name    string // with the receiver, as the runtime writes it
	Runtime string // what of the runtime it stands for
	Lost    []string
}

// Read returns the functions and types of the package in dir whose comments
// have a Runtime or a Model paragraph, by file and position. A Model paragraph
// inside a body belongs to its function.
func Read(dir, pkg string) ([]Function, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []Function
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		fs, err := readFile(filepath.Base(name), pkg, src)
		if err != nil {
			return nil, err
		}
		all = append(all, fs...)
	}
	return all, nil
}

func readFile(name, pkg string, src []byte) ([]Function, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var all []Function
	add := func(title string, comments ...*ast.CommentGroup) {
		fn := Function{Package: pkg, File: name, Name: title}
		for _, c := range comments {
			fn.take(c.Text())
		}
		if fn.Runtime != "" || len(fn.Lost) > 0 {
			all = append(all, fn)
		}
	}
	if f.Doc != nil {
		add("package "+pkg, f.Doc)
	}
	for _, c := range f.Comments {
		if c.Pos() > f.Name.End() && (len(f.Decls) == 0 || c.End() < start(f.Decls[0])) {
			add(name, c)
		}
	}
	for _, d := range f.Decls {
		add(title(d), within(f, d)...)
	}
	return all, nil
}

// within returns the comments of declaration d: above it and in it.
func within(f *ast.File, d ast.Decl) []*ast.CommentGroup {
	var in []*ast.CommentGroup
	for _, c := range f.Comments {
		if start(d) <= c.Pos() && c.End() <= d.End() {
			in = append(in, c)
		}
	}
	return in
}

// start is where the doc comment of d begins, or d itself.
func start(d ast.Decl) token.Pos {
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		doc = d.Doc
	case *ast.GenDecl:
		doc = d.Doc
	}
	if doc != nil {
		return doc.Pos()
	}
	return d.Pos()
}

func title(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		return receiver(d.Recv.List[0].Type) + "." + d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				return s.Name.Name
			case *ast.ValueSpec:
				return s.Names[0].Name
			}
		}
	}
	return "imports"
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "(*" + receiver(e.X) + ")"
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// take adds the paragraphs of a comment that begin with Runtime: or Model:.
func (fn *Function) take(text string) {
	for _, par := range strings.Split(text, "\n\n") {
		for _, piece := range pieces(par) {
			switch {
			case strings.HasPrefix(piece, "Runtime: "):
				fn.Runtime = join(fn.Runtime, strings.TrimPrefix(piece, "Runtime: "))
			case strings.HasPrefix(piece, "Model: "):
				fn.Lost = append(fn.Lost, strings.TrimPrefix(piece, "Model: "))
			}
		}
	}
}

// pieces splits a paragraph at lines that begin with a label.
func pieces(par string) []string {
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(par), "\n") {
		labelled := strings.HasPrefix(line, "Runtime: ") || strings.HasPrefix(line, "Model: ")
		if len(out) == 0 || labelled {
			out = append(out, line)
		} else {
			out[len(out)-1] += " " + line
		}
	}
	return out
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// Markdown returns the text of docs/MODEL.md. root is the directory of the
// module.
func Markdown(root string) (string, error) {
	var b strings.Builder
	b.WriteString(intro)
	for _, pkg := range []string{"model", "heap"} {
		fs, err := Read(filepath.Join(root, pkg), pkg)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n## Functions of package %s\n\n| file | here | of the runtime | what is lost |\n|---|---|---|---|\n", pkg)
		for _, f := range fs {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.File, f.Name, cell(f.Runtime), cell(strings.Join(f.Lost, " ")))
		}
	}
	writeSites(&b)
	return b.String(), nil
}

const intro = `# What is modelled, and what is lost

This file is generated from the comments of the code: ` + "`go test ./internal/modeldoc -update`" + `. A test fails if it is not current.

The model follows the page heap of Go 1.16 on linux/amd64, function by function. A departure from the runtime is marked ` + "`// Model:`" + ` where it is made; the last column
collects these notes. Functions of the tables without a note do, step by step, what the runtime's function does as far as the heap lock, the world and the pages are concerned.
`

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func writeSites(b *strings.Builder) {
	b.WriteString("\n## Assertion points of the page heap\n\nThe number is that of the 28 points of Go commit 9393b5bae594; points without a number are the checker's own.\n\n")
	b.WriteString("| # | site | function | position | requires | why |\n|---|---|---|---|---|---|\n")
	for _, s := range heap.Sites() {
		n := ""
		if s.Seed > 0 {
			n = fmt.Sprint(s.Seed)
		}
		fmt.Fprintf(b, "| %s | `%s` | %s | %s | %s | %s |\n", n, s.Site, cell(s.Function), s.Position, s.Kind, cell(s.Doc))
	}
	b.WriteString("\n## Assertion points of the machine\n\n| site | function | requires | in Go 1.16 | what |\n|---|---|---|---|---|\n")
	all := model.Sites()
	slices.SortStableFunc(all, func(x, y model.SiteEntry) int { return cmp.Compare(x.Site, y.Site) })
	for _, s := range all {
		in := "no"
		if s.Runtime {
			in = "yes"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", s.Site, s.Function, s.Kind, in, cell(s.Sentence))
	}
}
