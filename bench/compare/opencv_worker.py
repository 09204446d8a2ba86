# opencv_worker: the augmentation pipeline in OpenCV for Python: opencv_worker.py --data FOLDER [--words N]
import argparse
import platform

import worker

cv2 = worker.need("cv2", "the Debian package python3-opencv")
np = worker.np


def adjust_brightness(image, factor):
    """mltu's RandomBrightness: HSV saturation and value times the factor, clipped; by table, its fastest form."""
    scaled = np.minimum(np.arange(256, dtype=np.float32) * factor, 255).astype(np.uint8)
    table = np.stack([np.arange(256, dtype=np.uint8), scaled, scaled], axis=1)[None]
    return cv2.cvtColor(cv2.LUT(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), table), cv2.COLOR_HSV2BGR)


def sharpen(image, lightness, alpha):
    kernel = np.full((3, 3), -alpha, np.float32)
    kernel[1, 1] = (1 - alpha) + alpha * (8 + lightness)
    return cv2.filter2D(image, -1, kernel)


def rotate(image, degrees, border):
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width // 2, height // 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width, new_height = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[0, 2] += new_width / 2 - width // 2
    matrix[1, 2] += new_height / 2 - height // 2
    return cv2.warpAffine(image, matrix, (new_width, new_height), borderValue=border)


def augment(image, random):
    """The tutorial's augmentation; its erosion with a kernel of one pixel does nothing, and is left out."""
    if random.random() < 0.5:
        image = adjust_brightness(image, 1 + random.uniform(-100, 100) / 255)
    if random.random() < 0.5:
        image = sharpen(image, random.uniform(0.75, 2), random.uniform(0.25, 1))
    if random.random() < 0.5:
        image = rotate(image, random.uniform(-10, 10), tuple(random.integers(0, 255, 3).tolist()))
    return image


def augmentation(files):
    random = np.random.default_rng(1)

    def run():
        for begin in range(0, len(files), 16):
            names = files[begin:begin + 16]
            batch = np.empty((len(names), 3, 32, 128), np.float32)
            for i, name in enumerate(names):
                image = augment(cv2.imread(name), random)
                batch[i] = cv2.resize(image, (128, 32)).transpose(2, 0, 1)

    return run, len(files)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--words", type=int, default=512)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    files = worker.first_words(options.data, options.words)
    versions = {"OpenCV": cv2.__version__, "NumPy": np.__version__, "Python": platform.python_version()}
    worker.serve({"measurements": {"augment": ["plain"]}, "threads": 1, "versions": versions},
                 lambda name, variant: augmentation(files))


main()
