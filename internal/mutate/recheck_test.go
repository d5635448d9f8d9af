package mutate

import (
	"go/format"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// What counts as a re-check, and what does not.
func TestRechecks(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{"none", "if a { return }; x := y; _ = x", nil},
		{"CAS", "for !w.CAS(t, 1, 2) {}", []string{"w.CAS(t, 1, 2)"}},
		{"read again", "x := w.Load(t); for { x = w.Load(t) }; x = v.Load(t)", []string{"x = w.Load(t)"}},
		{"condition on a word", "if w.Load(t) == 1 { f() }", []string{"if w.Load(t) == 1: always", "if w.Load(t) == 1: never"}},
		{"condition on what was read", "x := w.Load(t); if x > 0 { f() }", []string{"if x > 0: always", "if x > 0: never"}},
		{"under the lock", "m.Lock(l); if s.a { f() }; m.Unlock(l); if s.b { f() }", []string{"if s.a: always", "if s.a: never"}},
		{"given back on the way out", "m.Lock(l); if s.a { m.Unlock(l); return }; if s.b { f() }",
			[]string{"if s.a: always", "if s.a: never", "if s.b: always", "if s.b: never"}},
		{"before the lock", "if s.a { f() }; m.Lock(l)", nil},
		{"variable of shared state", "m.Lock(l); x := s.get(); if x { f() }", []string{"if x: always", "if x: never"}},
		{"variable of the function", "x := true; m.Lock(l); if x { f() }", nil},
		{"configuration", "m.Lock(l); if h.cfg.a { f() }", nil},
		{"variant", "m.Lock(l); if h.v.a && s.b { f() }", nil},
		{"throw", "m.Lock(l); if s.a { m.Throw(1) }", nil},
		{"field against a variable", "if x := a; s.gen != x { f() }", []string{"if s.gen != x: always", "if s.gen != x: never"}},
		{"rank only", "m.LockWithRankMayAcquire(l); if s.a { f() }", nil},
	} {
		src := "package p\n\nfunc f() { " + tt.body + " }\n"
		r := &rewriter{set: token.NewFileSet(), file: "x.go", src: []byte(src), next: 1}
		out, err := r.rewrite()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range r.found {
			if m.Kind == "re-check" {
				got = append(got, m.Text)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if _, err := format.Source(out); err != nil {
			t.Errorf("%s: %v in %s", tt.name, err, out)
		}
	}
}

// Both answers, the comparison and what it is part of can be chosen one by one.
func TestRewritten(t *testing.T) {
	src := "package p\n\nfunc f() {\n\tif a || !w.CAS(t, x, y) {\n\t\tg()\n\t}\n}\n"
	r := &rewriter{set: token.NewFileSet(), file: "x.go", src: []byte(src), next: 1}
	out, err := r.rewrite()
	if err != nil {
		t.Fatal(err)
	}
	want := "if (Mutant == 1 || (Mutant != 2 && (a || !(Mutant == 3 && storeAnyway(w, t, x, y) || w.CAS(t, x, y))))) {"
	if !strings.Contains(string(out), want) {
		t.Errorf("got %s, want %s", out, want)
	}
}
