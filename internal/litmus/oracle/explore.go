package oracle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"lockheld/internal/litmus"
)

// ErrBudget says that the program was too large for the budget.
var ErrBudget = errors.New("out of budget")

// node is a set of beginnings of executions that need not be told apart: one
// equivalence class of them for Classes, all that lead to one state for States.
type node struct {
	state  *state
	events [][]placed // of each task, in program order
	ways   uint64     // how many beginnings are in the set
	// switched[t] is the least number of preemptions of a beginning in the
	// set whose last step is of task t, -1 without any.
	switched []int
}

// placed is a step and the steps before it that it depends on.
type placed struct {
	event
	after []byte // of each other task: which of its steps, see place
}

// begin returns the node of the beginning without any step.
func begin(p *litmus.Program) *node {
	return &node{
		state:    start(p),
		events:   make([][]placed, len(p.Tasks)),
		ways:     1,
		switched: slices.Repeat([]int{-1}, len(p.Tasks)),
	}
}

// Classes explores p completely, up to equivalence of beginnings. It fails with
// an error that wraps ErrBudget after budget beginnings.
func Classes(p *litmus.Program, budget int) (*Result, error) {
	return walk(p, budget, (*node).classKey, true)
}

// States explores all states of p. It fails with an error that wraps ErrBudget after budget states.
func States(p *litmus.Program, budget int) (*Result, error) {
	return walk(p, budget, func(n *node) string { return n.state.key() }, false)
}

// walk goes through the nodes level by level: a level has all nodes with the
// same number of steps, so a node is complete before anything follows from it.
func walk(p *litmus.Program, budget int, key func(*node) string, classes bool) (*Result, error) {
	r := &Result{}
	var least []int // of each complete trace, the least number of preemptions
	at := level{}
	at.add("", begin(p))
	for ; len(at.order) > 0; r.Steps++ {
		r.Nodes += len(at.order)
		next := level{}
		for _, n := range at.order {
			over := true
			for t := range p.Tasks {
				if !n.state.enabled(p, t) {
					continue
				}
				over = false
				child := n.extend(p, t, classes)
				if err := next.add(key(child), child); err != nil {
					return nil, err
				}
				if r.Nodes+len(next.order) > budget {
					return nil, fmt.Errorf("oracle: more than %d nodes: %w", budget, ErrBudget)
				}
			}
			if !over {
				continue
			}
			r.Last++
			if classes {
				r.Traces++
				least = append(least, n.leastSwitched())
			}
			if err := r.end(p, n); err != nil {
				return nil, err
			}
		}
		at = next
	}
	r.Steps--
	if classes {
		r.Bounded = bounded(least)
	}
	return r, nil
}

// level is a set of nodes, in the order in which they were met.
type level struct {
	byKey map[string]*node
	order []*node
}

func (l *level) add(key string, n *node) error {
	if old, ok := l.byKey[key]; ok {
		return old.merge(n)
	}
	if l.byKey == nil {
		l.byKey = map[string]*node{}
	}
	l.byKey[key] = n
	l.order = append(l.order, n)
	return nil
}

// extend returns the set of the beginnings of n, each with one more step of task t.
func (n *node) extend(p *litmus.Program, t int, classes bool) *node {
	c := &node{state: n.state.clone(), ways: n.ways, switched: slices.Repeat([]int{-1}, len(p.Tasks))}
	c.switched[t] = n.switchTo(p, t)
	e := c.state.step(p, t)
	if classes {
		c.events = slices.Clone(n.events)
		c.events[t] = append(slices.Clone(n.events[t]), n.place(e))
	}
	return c
}

// switchTo returns the least number of preemptions when task t goes on from n.
func (n *node) switchTo(p *litmus.Program, t int) int {
	least := -1
	for last, count := range n.switched {
		if count < 0 {
			continue
		}
		if last != t && n.state.enabled(p, last) {
			count++
		}
		if least < 0 || count < least {
			least = count
		}
	}
	return max(least, 0) // nothing came before the first step
}

// place notes which steps e, the next one, comes after and depends on.
func (n *node) place(e event) placed {
	pl := placed{event: e}
	for t, events := range n.events {
		if t == e.task {
			continue // program order says it
		}
		for i, before := range events {
			if dependent(before.event, e) {
				pl.after = binary.AppendUvarint(pl.after, uint64(t))
				pl.after = binary.AppendUvarint(pl.after, uint64(i))
			}
		}
	}
	return pl
}

// classKey lists the steps of each task and for each step all steps before it
// that it depends on. Two beginnings are equivalent if and only if they have
// the same steps and order all dependent pairs in the same way, which is to
// say that their keys are equal.
func (n *node) classKey() string {
	var b []byte
	for _, events := range n.events {
		b = binary.AppendUvarint(b, uint64(len(events)))
		for _, e := range events {
			b = binary.AppendUvarint(b, uint64(e.pc))
			b = append(b, byte(e.access))
			b = binary.AppendUvarint(b, uint64(len(e.after)))
			b = append(b, e.after...)
		}
	}
	return string(b)
}

// merge adds the beginnings of m, which are not in n yet.
func (n *node) merge(m *node) error {
	if !n.state.equal(m.state) {
		// The order of independent steps mattered: dependent is wrong.
		panic("oracle: equivalent beginnings lead to different states")
	}
	var carry uint64
	if n.ways, carry = bits.Add64(n.ways, m.ways, 0); carry != 0 {
		return fmt.Errorf("oracle: more than 2^64 executions: %w", ErrBudget)
	}
	for t, count := range m.switched {
		if count >= 0 && (n.switched[t] < 0 || count < n.switched[t]) {
			n.switched[t] = count
		}
	}
	return nil
}

// leastSwitched returns the least number of preemptions of a beginning in n.
func (n *node) leastSwitched() int {
	least := -1
	for _, count := range n.switched {
		if count >= 0 && (least < 0 || count < least) {
			least = count
		}
	}
	return max(least, 0) // an execution without any step
}

// bounded turns the least preemptions of each trace into numbers of traces with at most k of them.
func bounded(least []int) []uint64 {
	out := make([]uint64, slices.Max(least)+1)
	for _, k := range least {
		for i := k; i < len(out); i++ {
			out[i]++
		}
	}
	return out
}
