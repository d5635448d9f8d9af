package sched

import (
	"strings"
	"testing"
)

// A restored world is as good as a fresh one.
func TestRestoredWorldIsAFreshOne(t *testing.T) {
	for _, p := range suite() {
		if err := CheckRestore(p, 50, 1); err != nil {
			t.Error(err)
		}
	}
}

// CheckRestore finds what a program forgets to register, wherever it is reached
// from something registered.
func TestCheckRestoreFinds(t *testing.T) {
	type node struct {
		next  *node
		n     int
		f     float64
		name  string
		on    bool
		list  []int
		named map[string]int
		any   any
		call  func()
		at    *Task
	}
	for want, change := range map[string]func(root *node, t *Task){
		"":                                     func(root *node, _ *Task) { root.n++ },
		"next.n is 1, fresh 0":                 func(root *node, _ *Task) { root.next.n = 1 },
		"next.f is 0.5, fresh 0":               func(root *node, _ *Task) { root.next.f = 0.5 },
		"next.name is x, fresh ":               func(root *node, _ *Task) { root.next.name = "x" },
		"next.on is true, fresh false":         func(root *node, _ *Task) { root.next.on = true },
		"list[1] is 7, fresh 0":                func(root *node, _ *Task) { root.list[1] = 7 },
		"the length of .next.list is 1":        func(root *node, _ *Task) { root.next.list = append(root.next.list, 1) },
		"named[a] is 2, fresh 1":               func(root *node, _ *Task) { root.named["a"] = 2 },
		"the length of .named is 2":            func(root *node, _ *Task) { root.named["b"] = 2 },
		"next.any is not nil, fresh nil":       func(root *node, _ *Task) { root.next.any = 1 },
		"next.call is not nil, fresh nil":      func(root *node, _ *Task) { root.next.call = func() {} },
		"next.at is not nil, fresh nil":        func(root *node, t *Task) { root.next.at = t },
		"next.next.next is another pointer":    func(root *node, _ *Task) { root.next.next.next = &node{} },
		"next.next.next is nil, fresh not nil": func(root *node, _ *Task) { root.next.next.next = nil },
	} {
		p := program("forgetful", func(w *World) {
			root := &node{next: &node{next: &node{}}, list: make([]int, 2), named: map[string]int{"a": 1}}
			root.next.next.next = root
			Save(w, root)
			w.Go("A", func(t *Task) {
				t.Yield()
				change(root, t)
			})
		})
		err := CheckRestore(p, 3, 1)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := CheckRestore(&Program{Name: "anew"}, 3, 1); err == nil || err.Error() != "anew is not reusable" {
		t.Error(err)
	}
}
