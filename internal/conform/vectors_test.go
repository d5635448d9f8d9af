package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vectorDir has the answers of the real runtime.
const vectorDir = "../../testdata/conformance"

// vectors pins what is in each file.
var vectors = []struct {
	file       string
	cases, ops int
}{
	{"arenas.jsonl.gz", 4, 714},
	{"bitmap.jsonl.gz", 4, 584},
	{"hand.jsonl.gz", 38, 455},
	{"mheap.jsonl.gz", 12, 3192},
	{"pageheap.jsonl.gz", 73, 24454},
	{"ranges.jsonl.gz", 4, 714},
	{"upstream.jsonl.gz", 134, 7194},
	{"word.jsonl.gz", 2, 400},
}

// TestVectors replays everything that was recorded.
func TestVectors(t *testing.T) {
	var files []string
	for _, v := range vectors {
		file := filepath.Join(vectorDir, v.file)
		files = append(files, file)
		var out bytes.Buffer
		r, err := Run([]string{file}, Options{Out: &out})
		if err != nil {
			t.Error(err)
		}
		if r.Cases != v.cases || r.Ops != v.ops || r.Mismatches != 0 {
			t.Errorf("%s: %s, want %d cases, %d ops\n%s", v.file, r.summary(LevelFull), v.cases, v.ops, out.String())
		}
	}
	found, err := filepath.Glob(filepath.Join(vectorDir, "*.jsonl*"))
	if err != nil || !slices.Equal(found, files) {
		t.Errorf("files %v, want %v (%v)", found, files, err)
	}
	var out, errs bytes.Buffer
	code := Command("explore", files, &out, &errs)
	if want := "271 cases, 37707 ops, 0 mismatches\n"; code != 0 || out.String() != want || errs.Len() != 0 {
		t.Errorf("exit %d, %q, %q, want %q", code, out.String(), errs.String(), want)
	}
	out.Reset()
	code = Command("explore", append([]string{"--level", "results"}, files...), &out, &errs)
	if want := "271 cases, 37707 ops, 0 mismatches (level results)\n"; code != 0 || out.String() != want {
		t.Errorf("exit %d, %q, want %q", code, out.String(), want)
	}
}

// readCases returns the cases of a vector file, decoded.
func readCases(t *testing.T, file string) []map[string]any {
	t.Helper()
	f, err := open(filepath.Join(vectorDir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.UseNumber()
	var cases []map[string]any
	for {
		var c map[string]any
		if err := dec.Decode(&c); err == io.EOF {
			return cases
		} else if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
}

// writeCases writes cases to a file and returns its name.
func writeCases(t *testing.T, cases ...map[string]any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, c := range cases {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "cases.jsonl")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// damaged returns a value of the same shape that differs from v.
func damaged(v any) any {
	switch v := v.(type) {
	case json.Number:
		n, err := strconv.ParseUint(string(v), 10, 64)
		if err != nil {
			panic(err)
		}
		return json.Number(strconv.FormatUint(n^1, 10))
	case bool:
		return !v
	case nil:
		return json.Number("3")
	case string:
		if len(v) != 16 {
			return json.Number("3") // "max" and "min"
		}
		return v[:15] + map[bool]string{true: "1", false: "0"}[v[15] == '0']
	case []any:
		if len(v) == 0 {
			return nil
		}
		if i := slices.IndexFunc(v, func(e any) bool { return damaged(e) != nil }); i >= 0 {
			w := slices.Clone(v)
			w[i] = damaged(v[i])
			return w
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if d := damaged(v[k]); d != nil {
				w := maps.Clone(v)
				w[k] = d
				return w
			}
		}
	}
	return nil
}

// A spot is a recorded field in one operation of one case.
type spot struct {
	c    map[string]any
	op   int
	want map[string]any // the object that has the field
	key  string
}

// spots returns one place for each recorded field of each operation of each
// kind, by "kind op field".
func spots(t *testing.T) map[string]spot {
	t.Helper()
	found := map[string]spot{}
	note := func(s spot, name string, val any) {
		o := s.c["ops"].([]any)[s.op].(map[string]any)
		id := fmt.Sprintf("%s %s %s", s.c["kind"], o["op"], name)
		if _, ok := found[id]; !ok && val != nil && damaged(val) != nil {
			found[id] = s
		}
	}
	for _, v := range vectors {
		for _, c := range readCases(t, v.file) {
			for i, rawOp := range c["ops"].([]any) {
				o := rawOp.(map[string]any)
				want, _ := o["want"].(map[string]any)
				for key, val := range want {
					if sub, ok := val.(map[string]any); ok && key == "scav" {
						for k, v := range sub {
							note(spot{c, i, sub, k}, key+"."+k, v)
						}
						continue
					}
					note(spot{c, i, want, key}, key, val)
				}
			}
		}
	}
	return found
}

// TestEveryFieldIsCompared damages each recorded field once and expects exactly
// one line about it.
func TestEveryFieldIsCompared(t *testing.T) {
	all := spots(t)
	for _, k := range kinds() {
		for _, o := range k.ops {
			for _, f := range o.want {
				fields := []string{f.name}
				if sub, ok := f.shape.(part); ok {
					fields = nil
					for _, s := range sub {
						fields = append(fields, f.name+"."+s.name)
					}
				}
				for _, name := range fields {
					id := fmt.Sprintf("%s %s %s", k.name, o.name, name)
					s, ok := all[id]
					if !ok {
						t.Errorf("%s: not in any vector", id)
						continue
					}
					damage(t, id, s, name)
				}
			}
		}
	}
}

// damage checks what is reported when the field at s has another value.
func damage(t *testing.T, id string, s spot, name string) {
	t.Helper()
	good := s.want[s.key]
	s.want[s.key] = damaged(good)
	defer func() { s.want[s.key] = good }()
	op := s.c["ops"].([]any)[s.op].(map[string]any)["op"]
	file := writeCases(t, s.c)

	var out, errs bytes.Buffer
	code := Command("explore", []string{file}, &out, &errs)
	lines := strings.Split(out.String(), "\n")
	head := fmt.Sprintf("%s op %d (%s): %s: want ", s.c["id"], s.op, op, name)
	last := fmt.Sprintf("1 cases, %d ops, 1 mismatches", s.op+1)
	if code != 1 || errs.Len() != 0 || len(lines) != 3 ||
		!strings.HasPrefix(lines[0], head) || !strings.Contains(lines[0], ", got ") || lines[1] != last {
		t.Errorf("%s: exit %d, got\n%s%swant\n%s...\n%s", id, code, out.String(), errs.String(), head, last)
	}

	out.Reset()
	code = Command("explore", []string{"-level=results", file}, &out, &errs)
	if (code == 0) != internal(name) {
		t.Errorf("%s: level results, exit %d, got\n%s", id, code, out.String())
	}
}
