package mutate

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// A re-check is where code looks at what others may have changed since it, or its
// caller, looked last:
//
//   - a CAS: it compares with what was read before. The mutant stores without
//     comparing, and says that it has;
//   - an assignment that reads an atomic word into the variable into which the
//     function has read it before. The mutant keeps what was read first;
//   - the condition of an if that looks at what is shared with a lock that the
//     function has taken, or that reads an atomic word or what was read of one, or
//     that compares a field for equality with a variable of the function. Which answer assumes that nothing
//     has changed cannot be read off the source, so there are two mutants: it
//     always holds, and it never does.
//
// A condition looks at what is shared if it, or an assignment to a variable in it,
// has a field or the result of a method; the configuration and the geometry do not
// count, they never change.
//
// Not among them are conditions that ask for a switch of a variant, and those that
// guard nothing but a throw: they are checks of what cannot be.

// rechecks makes the mutants of fn; off are the blocks that only variants run.
func (r *rewriter) rechecks(fn *ast.FuncDecl, hash uint32, off []ast.Node) {
	times := map[string]int{}
	add := func(text string) int {
		times[text]++
		return r.add(Mutant{Function: functionName(fn), Kind: "re-check", Text: text, Nth: times[text], Hash: hash})
	}
	locks, own := newLocks(fn), variables(fn)
	shared, atomic := assigned(fn, func(e ast.Expr) bool { return looks(e, nil) }), assigned(fn, func(e ast.Expr) bool { return calls(e, "Load") })
	read := map[string]bool{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if slices.Contains(off, n) {
			return false
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			if !isRecheck(n, locks, own, shared, atomic) {
				break
			}
			text := r.text(n.Cond)
			r.wrap(add("if "+text+": always"), n.Cond, "(Mutant == %d || ", ")")
			r.wrap(add("if "+text+": never"), n.Cond, "(Mutant != %d && (", "))")
		case *ast.AssignStmt:
			if len(n.Lhs) != 1 || !calls(n.Rhs[0], "Load") {
				break
			}
			text := r.text(n.Lhs[0]) + " = " + r.text(n.Rhs[0])
			if n.Tok == token.ASSIGN && read[text] {
				r.wrap(add(text), n, "if Mutant != %d { ", " }")
			}
			read[text] = true
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "CAS" {
				args := r.src[r.offset(n.Lparen)+1 : r.offset(n.Rparen)]
				r.wrap(add(r.text(n)), n, fmt.Sprintf("(Mutant == %%d && storeAnyway(%s, %s) || ", r.text(s.X), args), ")")
			}
		}
		return true
	})
}

// isRecheck reports whether the condition of an if is a re-check.
func isRecheck(n *ast.IfStmt, locks locks, own, shared, atomic names) bool {
	if mentionsVariant(n.Cond) || throwsOnly(n.Body) && n.Else == nil {
		return false
	}
	words := []string{"Load", "Add", "CAS"}
	if locks.at(n.Cond.Pos()) && looks(n.Cond, shared) || calls(n.Cond, words...) || n.Init != nil && calls(n.Init, words...) {
		return true
	}
	found := false
	ast.Inspect(n.Cond, func(e ast.Node) bool {
		if id, ok := e.(*ast.Ident); ok && atomic[id.Name] {
			found = true
		}
		if b, ok := e.(*ast.BinaryExpr); ok && (b.Op == token.EQL || b.Op == token.NEQ) {
			found = found || isField(b.X) && own.has(b.Y) || own.has(b.X) && isField(b.Y)
		}
		return true
	})
	return found
}

// names are variables of a function. Two of one name count as one: the tool need not
// tell them apart.
type names map[string]bool

// has reports whether e is one of them.
func (n names) has(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && n[id.Name]
}

// variables returns all variables that fn declares, with its parameters.
func variables(fn *ast.FuncDecl) names {
	list := assigned(fn, func(ast.Expr) bool { return true })
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				list[id.Name] = true
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				list[id.Name] = true
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok {
					list[id.Name] = true
				}
			}
		}
		return true
	})
	return list
}

// assigned returns the variables of fn to which it assigns what fulfils is.
func assigned(fn *ast.FuncDecl, is func(ast.Expr) bool) names {
	list := names{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, l := range a.Lhs {
			if id, ok := l.(*ast.Ident); ok && is(a.Rhs[min(i, len(a.Rhs)-1)]) {
				list[id.Name] = true
			}
		}
		return true
	})
	return list
}

// looks reports whether e looks at what is shared: at a field, a method, or one of
// these variables.
func looks(e ast.Expr, shared names) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			in, ok := n.X.(*ast.SelectorExpr)
			if ok && (in.Sel.Name == "cfg" || in.Sel.Name == "g") {
				return false
			}
			found = true
		case *ast.Ident:
			found = found || shared[n.Name]
		}
		return !found
	})
	return found
}

// isField reports whether e is a field of something.
func isField(e ast.Expr) bool {
	_, ok := e.(*ast.SelectorExpr)
	return ok
}

// calls reports whether n calls a method with one of these names.
func calls(n ast.Node, names ...string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, s.Sel.Name) {
				found = true
			}
		}
		return !found
	})
	return found
}

// mentionsVariant reports whether e reads a switch of a variant.
func mentionsVariant(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			in, ok := s.X.(*ast.SelectorExpr)
			found = found || ok && in.Sel.Name == "v"
		}
		return !found
	})
	return found
}

// throwsOnly reports whether a block does nothing but throw.
func throwsOnly(b *ast.BlockStmt) bool {
	if len(b.List) != 1 {
		return false
	}
	e, ok := b.List[0].(*ast.ExprStmt)
	return ok && calls(e, "Throw")
}

// locks is where a function takes and gives back locks, by the order of its
// source. What a block gives back that is left by a jump does not count behind it.
type locks []lockEvent

// mutexes are the calls that take and give back a lock that excludes others.
var mutexes = []string{"Lock", "closeWindow", "Unlock", "openWindow"}

type lockEvent struct {
	at    token.Pos
	until token.Pos // the end of a block that is left by a jump, or none
	takes bool
}

func newLocks(fn *ast.FuncDecl) locks {
	var list locks
	var blocks []*ast.BlockStmt
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			blocks = append(blocks, n)
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(mutexes, s.Sel.Name) {
				break
			}
			e := lockEvent{at: n.Pos(), takes: kinds[s.Sel.Name] == "lock"}
			for _, b := range blocks {
				if b.Pos() < n.Pos() && n.End() <= b.End() && b != fn.Body && jumps(b) {
					e.until = b.End()
				}
			}
			list = append(list, e)
		}
		return true
	})
	return list
}

// at reports whether a lock that the function has taken is held at p.
func (l locks) at(p token.Pos) bool {
	held := false
	for _, e := range l {
		if e.at < p && (e.until == token.NoPos || p < e.until) {
			held = e.takes
		}
	}
	return held
}

// jumps reports whether a block ends with a jump out of it.
func jumps(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}
