"""Set what is read once, when a library is imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn leaves out its check of array libraries
