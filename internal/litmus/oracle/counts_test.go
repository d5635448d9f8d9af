package oracle

import (
	"slices"
	"testing"
)

// stored has figures that are not ours: what other tools' test suites and
// papers say, and closed forms. The rows name the source. An expectation of the
// collection or a figure of the oracle that differs is wrong.
var stored = []struct {
	from        string
	file        string
	traces      uint64
	preemptions []uint64 // nil: no such figure
}{
	{"GenMC ainc; N!", "ainc-2", 2, []uint64{2}},
	{"GenMC ainc; N!", "ainc-3", 6, []uint64{6}},
	{"GenMC ainc; N!", "ainc-4", 24, nil},
	{"GenMC ainc; N!", "ainc-5", 120, nil},
	{"GenMC binc, bounds 0, 1, …; (N!)^2", "binc-2", 4, []uint64{2, 4}},
	{"GenMC binc, bounds 0, 1, …; (N!)^2", "binc-3", 36, []uint64{6, 24, 36}},
	{"GenMC binc, bounds 0, 1, …; (N!)^2", "binc-4", 576, []uint64{24, 168, 432, 576}},
	{"GenMC cinc, bounds 0, 1, …; (N!)^3", "cinc-2", 8, []uint64{2, 6, 8}},
	{"GenMC cinc, bounds 0, 1, …; (N!)^3", "cinc-3", 216, []uint64{6, 42, 120, 192, 216}},
	{"GenMC inc and rw, bounds 0, 1, …; (N!)^2", "rw-2", 4, []uint64{2, 4}},
	{"GenMC inc and rw, bounds 0, 1, …; (N!)^2", "rw-3", 36, []uint64{6, 24, 36}},
	{"GenMC inc and rw, bounds 0, 1, …; (N!)^2", "rw-4", 576, []uint64{24, 168, 432, 576}},
	{"GenMC lockinc; N!", "lockinc-2", 2, nil},
	{"GenMC lockinc, bound 0; N!", "lockinc-3", 6, []uint64{6}},
	{"GenMC lockinc; N!", "lockinc-4", 24, nil},
	{"GenMC lockinc; N!", "lockinc-5", 120, nil},
	{"GenMC lock2inc; N!", "lock2inc-2", 2, nil},
	{"GenMC lock2inc; N!", "lock2inc-3", 6, nil},
	{"GenMC binc-locks; (N!)^2", "binclocks-2", 4, nil},
	{"GenMC binc-locks; (N!)^2", "binclocks-3", 36, nil},
	{"GenMC binc-locks; (N!)^2", "binclocks-4", 576, nil},
	{"GenMC wainc; (N+1)!", "wainc-2", 6, nil},
	{"GenMC wainc; (N+1)!", "wainc-3", 24, nil},
	{"GenMC wainc; (N+1)!", "wainc-4", 120, nil},
	{"GenMC readers, bound 0; 2^N", "readers-2", 4, []uint64{4}},
	{"Concuerror and GenMC readers; 2^N", "readers-3", 8, nil},
	{"GenMC readers; 2^N", "readers-8", 256, nil},
	{"GenMC readers; 2^N", "readers-13", 8192, nil},
	{"GenMC readers with a private read; 2^N", "readers-own-2", 4, nil},
	{"Concuerror readers with a private read; 2^N", "readers-own-3", 8, nil},
	{"Concuerror readers with a private read; 2^N", "readers-own-6", 64, nil},
	{"GenMC CoA, bounds 0, 1, …", "coa-1", 4, []uint64{2, 4}},
	{"GenMC CoA, bounds 0, 1, …", "coa-2", 15, []uint64{6, 15}},
	{"GenMC CoA, bounds 0, 1, …", "coa-3", 130, []uint64{24, 90, 130}},
	{"Nidhugg lastzero", "lastzero-1", 2, nil}, // the closed form holds from N = 2
	{"Nidhugg lastzero; (N+3)*2^(N-2)", "lastzero-2", 5, nil},
	{"Nidhugg lastzero; (N+3)*2^(N-2)", "lastzero-3", 12, nil},
	{"Nidhugg lastzero; (N+3)*2^(N-2)", "lastzero-4", 28, nil},
	{"Concuerror and GenMC lastzero; (N+3)*2^(N-2)", "lastzero-5", 64, nil},
	{"GenMC lastzero; (N+3)*2^(N-2)", "lastzero-10", 3328, nil},
	{"GenMC indexer", "indexer-12", 8, nil},
	{"POPL 2014 file-system; 2^(N-13)", "filesystem-14", 2, nil},
	{"Concuerror file-system; 2^(N-13)", "filesystem-16", 8, nil},
	{"GenMC ainc; N!", "ainc-6", 720, nil},
	{"GenMC ainc; N!", "ainc-7", 5040, nil},
	{"GenMC lockinc; N!", "lockinc-6", 720, nil},
	{"GenMC lockinc; N!", "lockinc-7", 5040, nil},
	{"GenMC cinc; (N!)^3", "cinc-4", 13824, nil},
	{"GenMC indexer", "indexer-15", 4096, nil},
	{"GenMC filesystem", "filesystem-19", 64, nil},
	{"GenMC lastzero; (N+3)*2^(N-2)", "lastzero-15", 147456, nil},
	{"(NK)!/(K!)^N", "counter-3-3", 1680, nil},
	{"GenMC cas", "cas-2", 2, nil},
	{"GenMC cas", "cas-3", 3, nil},
	{"GenMC cas", "cas-4", 4, nil},
	{"GenMC cas", "cas-5", 5, nil},
	{"Nidhugg mutex_order", "mutex-order-2", 2, nil},
	{"Nidhugg mutex_order", "mutex-order-3", 6, nil},
	{"Nidhugg mutex_deadlock", "mutex-deadlock-2", 2, nil},
	{"Nidhugg mutex_deadlock", "mutex-deadlock-3", 3, nil},
	{"Nidhugg mutex_hard", "mutex-hard-3", 4, nil},
	{"Nidhugg, with a failed trylock as a read", "trylock-3", 3, nil},
	{"Nidhugg mutex_vs_trylock_1", "lock-trylock", 3, nil},
	{"own count by another program", "redundant-co-1", 12, nil},
	{"C(4,2)*C(6,2)", "redundant-co-2", 90, nil},
	{"own count by another program", "opt-lock-2", 42, nil},
	{"Concuerror POPL_optimal_example", "popl-optimal", 5, nil},
	{"GenMC stack-1; C(10,5)", "stack-1", 252, nil},
	{"Nidhugg n_writers_a_reader; (N+1)!", "writers-reader-3", 24, nil},
	{"own count by another program", "philosophers-3", 7, []uint64{6, 7}},
	{"own count by another program; 2^N-1", "philosophers-4", 15, nil},
	{"own count by another program", "abba-3", 10, []uint64{6, 10}},
	{"own count by another program", "perp-heap-3", 6, []uint64{6}},
	{"own count by another program", "whole-execution", 12, nil},
	{"own count by another program", "await-3-writes", 2, nil},
}

func TestStoredCounts(t *testing.T) {
	files := map[string]file{}
	for _, f := range readCollection(t) {
		files[f.name] = f
	}
	for _, row := range stored {
		f, ok := files[row.file]
		if !ok {
			t.Errorf("%s: no such file", row.file)
			continue
		}
		if f.expect.Traces != row.traces {
			t.Errorf("%s: the file expects %d traces; %s: %d", row.file, f.expect.Traces, row.from, row.traces)
		}
		if beyond[row.file] != "" {
			continue
		}
		r, err := Classes(f.p, budget)
		if err != nil {
			t.Errorf("%s: %v", row.file, err)
			continue
		}
		if r.Traces != row.traces {
			t.Errorf("%s: the oracle finds %d traces; %s: %d", row.file, r.Traces, row.from, row.traces)
		}
		if row.preemptions != nil && !slices.Equal(r.Bounded, row.preemptions) {
			t.Errorf("%s: the oracle finds %v by preemptions; %s: %v", row.file, r.Bounded, row.from, row.preemptions)
		}
	}
}

// Interleavings that were counted by another program.
func TestStoredInterleavings(t *testing.T) {
	want := map[string]uint64{"philosophers-3": 168, "abba-3": 26, "binc-2": 6, "readers-own-6": 97297200}
	// readers-own-6 is the multinomial of 1 step of the writer and 2 of each of 6 readers: 13!/2^6.
	for _, f := range readCollection(t) {
		if n := want[f.name]; n != 0 && f.expect.Interleavings != n {
			t.Errorf("%s: %d interleavings, not %d", f.name, f.expect.Interleavings, n)
		}
	}
}

// TestCoarserDependence shows that the counts are sensitive to the rules of the
// format: with a failed trylock or cas as a write, or inc as a write, other
// known numbers come out.
func TestCoarserDependence(t *testing.T) {
	coarse := func(a, b event) bool { return a.task == b.task || a.object == b.object }
	for _, c := range []struct {
		file       string
		fine, want int
	}{
		{"trylock-3", 3, 6}, // Nidhugg counts a failed trylock as a write
		{"cas-3", 3, 6},     // 3! orders of three writes
		{"inc-commutes", 8, 24},
		{"readers-3", 8, 24},
		{"rwlock-readers-2", 4, 22}, // the writer first or last: 10 each; between the readers: 2
	} {
		i := slices.IndexFunc(readCollection(t), func(f file) bool { return f.name == c.file })
		if i < 0 {
			t.Fatalf("no file %s", c.file)
		}
		p := readCollection(t)[i].p
		n := enumerate(p)
		if len(n.least) != c.fine {
			t.Errorf("%s: %d traces, want %d", c.file, len(n.least), c.fine)
		}
		n = enumerateWith(p, coarse)
		if len(n.least) != c.want {
			t.Errorf("%s: %d traces with coarse dependence, want %d", c.file, len(n.least), c.want)
		}
	}
}
