package live

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// edit is a text that is put into a source.
type edit struct {
	at   int // offset in bytes
	text string
}

// apply makes edits in src.
func apply(src []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.at]...), e.text...)
		at = e.at
	}
	return append(out, src[at:]...)
}

// method returns the body of a method, with the function that turns a position
// into an offset.
func method(src []byte, receiver, name string) (*ast.BlockStmt, func(token.Pos) int, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != name || fn.Recv == nil || fn.Body == nil {
			continue
		}
		if star, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
			if id, ok := star.X.(*ast.Ident); ok && id.Name == receiver {
				return fn.Body, func(p token.Pos) int { return set.Position(p).Offset }, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("no method %s of *%s", name, receiver)
}

// called returns the name of the function that a statement calls: the last part
// if there are dots.
func called(s ast.Stmt) string {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	c, ok := x.X.(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// errNoAnchor says that a source is not what it was written for.
var errNoAnchor = errors.New("the statements that were to be changed are not there")

// UnlockFlush makes the lock around the flush in (*p).destroy depend on a
// variable: the commit before the assertions did without it.
func UnlockFlush(src []byte) ([]byte, error) {
	body, offset, err := method(src, "p", "destroy")
	if err != nil {
		return nil, err
	}
	var edits []edit
	ast.Inspect(body, func(n ast.Node) bool {
		b, ok := n.(*ast.BlockStmt)
		if !ok {
			return true
		}
		for i := 1; i+1 < len(b.List); i++ {
			if called(b.List[i-1]) == "lock" && called(b.List[i]) == "flush" && called(b.List[i+1]) == "unlock" {
				for _, s := range []ast.Stmt{b.List[i-1], b.List[i+1]} {
					edits = append(edits, edit{offset(s.Pos()), "if !liveUnlockedFlush { "}, edit{offset(s.End()), " }"})
				}
			}
		}
		return true
	})
	if len(edits) != 4 {
		return nil, fmt.Errorf("destroy: %w", errNoAnchor)
	}
	return apply(src, edits), nil
}

// RelaxFlush makes the assertion of (*pageCache).flush depend on a variable: it
// accepts a stopped world then.
func RelaxFlush(src []byte) ([]byte, error) {
	body, offset, err := method(src, "pageCache", "flush")
	if err != nil {
		return nil, err
	}
	for _, s := range body.List {
		if called(s) != "assertLockHeld" {
			continue
		}
		call := string(src[offset(s.Pos()):offset(s.End())])
		relaxed := strings.Replace(call, "assertLockHeld", "assertWorldStoppedOrLockHeld", 1)
		return apply(src, []edit{
			{offset(s.Pos()), "if liveRelaxedFlush { " + relaxed + " } else { "}, {offset(s.End()), " }"},
		}), nil
	}
	return nil, fmt.Errorf("flush: %w", errNoAnchor)
}

// Violation says, from what a program wrote that an assertion of the runtime
// ended, which one: the function that called it, in the notation of assertion
// points such as "flush", and the ranks of the locks that were held. It returns ""
// if there was none.
func Violation(out string) (function, held string) {
	_, rest, ok := strings.Cut(out, "holding:\n")
	if !ok {
		return "", ""
	}
	var ranks []string
	for line := range strings.Lines(rest) {
		_, rank, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "fatal error") {
			break
		}
		rank, _, _ = strings.Cut(rank, " ")
		ranks = append(ranks, rank)
	}
	lines := strings.Split(rest, "\n")
	in := false
	for _, line := range lines {
		name, _, ok := strings.Cut(line, "(")
		if strings.HasPrefix(line, "runtime.(*") {
			name, ok = line[:strings.LastIndex(line, "(")], true
		}
		if !ok || !strings.HasPrefix(name, "runtime.") {
			continue
		}
		name = name[strings.LastIndex(name, ".")+1:]
		switch {
		case strings.HasPrefix(name, "assert"):
			in = true
		case in:
			return name, strings.Join(ranks, ", ")
		}
	}
	return "", strings.Join(ranks, ", ")
}
