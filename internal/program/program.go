// Package program has the built-in programs: small ones whose numbers of
// traces are known, that other tools were measured on. They are named NAME/N
// or NAME/N/K, for example heaplock/3.
//
// What a program keeps in plain variables is touched only under a lock and is
// no step, as in the measured versions for other tools; there is no race check
// on it, so that the figures can be compared.
package program

import (
	"fmt"
	"strconv"
	"strings"

	"lockheld/sched"
)

// Entry is a family of programs.
type Entry struct {
	Name   string  // first part of the name of a program
	Doc    string  // one sentence
	Params []Param // the other parts
	setup  func(w *sched.World, n []int)
}

// Param is a number in the name of a program.
type Param struct {
	Name     string // as in the pattern of the name
	Min, Max int
}

// Pattern returns the form of the names, such as counter/N/K.
func (e *Entry) Pattern() string {
	s := e.Name
	for _, p := range e.Params {
		s += "/" + p.Name
	}
	return s
}

var entries = []Entry{
	{
		Name:   "counter",
		Doc:    "N tasks, each K times: lock, count, unlock; (NK)!/(K!)^N traces.",
		Params: []Param{{"N", 1, 64}, {"K", 1, 1 << 20}},
		setup:  counter,
	},
	{
		Name:   "readers",
		Doc:    "One task writes x, N tasks read it; 2^N traces.",
		Params: []Param{{"N", 1, 63}},
		setup:  readers,
	},
	{
		Name:   "lastzero",
		Doc:    "One task looks for the last zero of an array, N tasks each set an element to its left neighbour plus one; (N+3)*2^(N-2) traces from N = 2.",
		Params: []Param{{"N", 1, 63}},
		setup:  lastzero,
	},
	{
		Name:   "indexer",
		Doc:    "N tasks insert four words each into a hash table of 128 slots by compare-and-swap; they meet from N = 12, then 8 traces.",
		Params: []Param{{"N", 1, slots / wordsPerTask}},
		setup:  indexer,
	},
	{
		Name:   "filesystem",
		Doc:    "N tasks allocate a block each under the locks of an inode and of blocks; they meet from N = 14, 2^(N-13) traces.",
		Params: []Param{{"N", 1, numBlocks}},
		setup:  filesystem,
	},
	{
		Name:   "heaplock",
		Doc:    "Allocation of R pages, two scavenges and a flush under one heap lock that the scavenger gives up in between; (R+1)*C(R+7,6) traces.",
		Params: []Param{{"R", 1, 62}},
		setup:  func(w *sched.World, n []int) { heaplock(w, n[0], scavenger{recheck: true, last: true}) },
	},
	{
		Name:   "heapbug-last",
		Doc:    "As heaplock, but the scavenger does not look again after it gave up the lock.",
		Params: []Param{{"R", 1, 62}},
		setup:  func(w *sched.World, n []int) { heaplock(w, n[0], scavenger{last: true}) },
	},
	{
		Name:   "heapbug-first",
		Doc:    "As heapbug-last, and the scavenger wants the first free page, as the allocator does.",
		Params: []Param{{"R", 1, 62}},
		setup:  func(w *sched.World, n []int) { heaplock(w, n[0], scavenger{}) },
	},
}

// List returns the families of programs.
func List() []Entry { return append([]Entry(nil), entries...) }

// Is reports whether name begins like that of a built-in program: whether
// [Lookup] is to be asked about it.
func Is(name string) bool {
	family, _, _ := strings.Cut(name, "/")
	return find(family) != nil
}

func find(family string) *Entry {
	for i := range entries {
		if entries[i].Name == family {
			return &entries[i]
		}
	}
	return nil
}

// Lookup returns the program with the given name. The error says what is wrong
// with the name and what it should be.
func Lookup(name string) (*sched.Program, error) {
	parts := strings.Split(name, "/")
	e := find(parts[0])
	if e == nil {
		return nil, fmt.Errorf("unknown program %q; there are %s", name, patterns())
	}
	if len(parts)-1 != len(e.Params) {
		return nil, fmt.Errorf("program %q has %d numbers; it is %s", name, len(parts)-1, e.Pattern())
	}
	n := make([]int, len(e.Params))
	for i, p := range e.Params {
		v, err := strconv.Atoi(parts[i+1])
		if err != nil || strconv.Itoa(v) != parts[i+1] || v < p.Min || v > p.Max {
			return nil, fmt.Errorf("program %q: %s is %q, not a number from %d to %d", name, p.Name, parts[i+1], p.Min, p.Max)
		}
		n[i] = v
	}
	return &sched.Program{
		Name:     name,
		Setup:    func(w *sched.World) { e.setup(w, n) },
		Reusable: true,
	}, nil
}

func patterns() string {
	all := make([]string, len(entries))
	for i := range entries {
		all[i] = entries[i].Pattern()
	}
	return strings.Join(all, " ")
}
