import type { FrameLocator, Page } from 'playwright-core';

/** Opens the permissions page's inner frame, which is one of several webviews; waits until it is there. */
export async function findPermissionsPage(page: Page): Promise<FrameLocator> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const count = await page.locator('iframe.webview').count();
    for (let index = 0; index < count; index++) {
      const frame = page.locator('iframe.webview').nth(index).contentFrame().locator('#active-frame').contentFrame();
      const found = await frame
        .locator('[data-sunaba="permissions"]')
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    if (Date.now() > deadline) throw new Error('the permissions page did not appear');
    await page.waitForTimeout(100);
  }
}
