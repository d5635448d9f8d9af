package mutate

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mutantFile is what is added to package heap. Its tests get the mutant from the
// environment.
const mutantFile = `package heap

import (
	"os"
	"strconv"

	"lockheld/sched"
)

// Mutant is what is taken out.
var Mutant, _ = strconv.Atoi(os.Getenv("HEAP_MUTANT"))

// storeAnyway stands for a CAS that does not compare.
func storeAnyway(w *sched.Word, t *sched.Task, _, new uint64) bool {
	w.Store(t, new)
	return true
}
`

// Tree copies the Go files of the module at root that mutants need into dir,
// with the mutants in package heap, and builds the command there, and the tests
// of package heap. It returns the mutants.
func Tree(root, dir string) ([]Mutant, error) {
	for _, pkg := range []string{"sched", "model", "heap", "properties", "internal/conform"} {
		if err := copyDir(filepath.Join(root, pkg), filepath.Join(dir, pkg)); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := copyFile(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	list, files, err := Rewrite(filepath.Join(root, "heap"))
	if err != nil {
		return nil, err
	}
	files["mutant.go"] = []byte(mutantFile)
	for name, src := range files {
		if err := os.WriteFile(filepath.Join(dir, "heap", name), src, 0o666); err != nil {
			return nil, err
		}
	}
	cmd := filepath.Join(dir, "cmd", "mutantrun")
	if err := os.MkdirAll(cmd, 0o777); err != nil {
		return nil, err
	}
	if err := copyFile(filepath.Join(root, "internal/mutate/testdata/run.go.txt"), filepath.Join(cmd, "main.go")); err != nil {
		return nil, err
	}
	tests, err := filepath.Glob(filepath.Join(root, "heap", "*_test.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range tests {
		if err := copyFile(name, filepath.Join(dir, "heap", filepath.Base(name))); err != nil {
			return nil, err
		}
	}
	for _, args := range [][]string{
		{"build", "-o", filepath.Join(dir, "mutantrun"), "./cmd/mutantrun"},
		{"test", "-c", "-o", filepath.Join(dir, "heap.test"), "./heap"},
	} {
		build := exec.Command("go", args...)
		build.Dir = dir
		build.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
	}
	return list, nil
}

// copyDir copies the Go files of a directory, other than tests.
func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		return copyFile(name, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o666)
}
